//! `tenant serve`

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::{ConfigFile, ControlToken, DatabaseError, SystemClock, Tenant};
use tracing_subscriber::EnvFilter;

use super::file::{Done, File};
use super::{listen, tls};

#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    file: File,
    /// Listen here, and not where the file says
    #[arg(long, env = "TENANT_LISTEN", value_name = "IP:PORT")]
    listen: Option<SocketAddr>,
    /// The issuer, as browsers and APIs reach this tenant, when it is not the file's; ends in '/'
    #[arg(long, env = "TENANT_ISSUER", value_name = "URL")]
    issuer: Option<String>,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`, when it is not the file's. A password is better given in
    /// the environment: every user of a machine can see the flags of its programs
    // A text, because clap would repeat a wrong value, and a password may be in it.
    #[arg(long, env = "TENANT_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Let other machines reach this tenant. It is made for development: whoever reaches it can try the passwords in its
    /// file, which may be simple, and a phone is paired with nothing but a password
    #[arg(long, env = "TENANT_ALLOW_REMOTE")]
    allow_remote: bool,
    /// Let programs on this machine that have this token drive the tenant, at `/control`. A token is better given in the
    /// environment: every user of a machine can see the flags of its programs
    #[arg(long, env = "RISER_CONTROL_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Serve over HTTPS, with an authority that is made once and kept beside the keys. Browsers and phones trust it when you have
    /// installed it there
    #[arg(long, env = "TENANT_TLS")]
    tls: bool,
    /// A name or an address of this machine that it does not know itself; may be given several times, or separated by commas. The
    /// issuer's is among them anyway
    #[arg(
        long = "tls-name",
        env = "TENANT_TLS_NAME",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "tls"
    )]
    tls_names: Vec<String>,
    /// Serve metrics in Prometheus' format there, at `/metrics`; without it there are none. Not where customers reach it
    #[arg(long, env = "TENANT_METRICS", value_name = "IP:PORT")]
    metrics: Option<SocketAddr>,
    /// How long requests under way may take when the tenant is asked to stop
    #[arg(long, value_name = "SECONDS", default_value_t = http_server::GRACE.as_secs())]
    grace: u64,
}

pub(super) fn run(arguments: Serve) -> Done {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are for people; a file or a collector gets plain text.
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stdout().is_terminal()).init();
    let ConfigFile { mut config, listen } = arguments.file.read()?;
    if let Some(issuer) = arguments.issuer {
        config.issuer = issuer;
    }
    if let Some(database) = arguments.database {
        config.database = database.parse().map_err(|error: DatabaseError| format!("--database: {error}"))?;
    }
    if let Some(token) = arguments.control_token {
        config.control = Some(ControlToken(token));
    }
    let tls = if arguments.tls { Some(tls::open(&mut config, &arguments.tls_names)?) } else { None };
    let address = arguments.listen.unwrap_or(listen);
    listen::check(address, arguments.allow_remote)?;
    if let Some(metrics) = arguments.metrics {
        listen::check(metrics, arguments.allow_remote).map_err(|error| format!("--metrics: {error}"))?;
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let failed = |error| format!("cannot listen on {address}: {error}");
        let listener = http_server::Listener::bind(address).await.map_err(failed)?;
        if let Some(address) = arguments.metrics {
            let failed = |error| format!("cannot serve metrics on {address}, as --metrics says: {error}");
            let address = http_server::serve_metrics(address).await.map_err(failed)?;
            Tenant::describe_metrics();
            tracing::info!(%address, "metrics are served");
        }
        let tenant = Tenant::open(config, Arc::new(SystemClock)).await?;
        let asked = http_server::asked_to_stop();
        tracing::info!(address = %listener.local_addr()?, "listening");
        if let Some(address) = listener.second_addr() {
            tracing::info!(%address, "listening here too, since localhost is both");
        }
        let closing = tenant.clone();
        let stop = async move {
            asked.await;
            closing.close();
        };
        let grace = Duration::from_secs(arguments.grace);
        let (router, tls) = match tls {
            Some((authority, config)) => {
                (local_tls::with_download(tenant.router(), &authority), Some(config))
            }
            None => (tenant.router(), None),
        };
        http_server::serve_with(listener, tls, router, http_server::Limits::default(), stop, grace).await?;
        tenant.finish().await;
        tracing::info!("closed");
        Ok(())
    })
}
