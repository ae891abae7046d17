//! Bank, tenant and client together.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use http_server::asked_to_stop;
use tenant::ControlToken;

use super::{data_folder, exit, log_warnings};
use crate::address::Address;
use crate::client::Dist;
use crate::demo::{ADA, BEN, CITY_ENERGY, Demo, Holder, PASSWORD};
use crate::run::{Options, RunError, Running, start};

#[derive(Args)]
pub struct UpFlags {
    /// Where the bank's API and the client are served: PORT, HOST:PORT or <http://HOST:PORT>
    #[arg(long, env = "RISER_BANK", value_name = "ADDRESS", default_value = "http://localhost:8080")]
    bank: Address,
    /// Where the tenant, the identity provider, is served
    #[arg(long, env = "RISER_TENANT", value_name = "ADDRESS", default_value = "http://localhost:8090")]
    tenant: Address,
    /// Serve the client at an address of its own instead of the bank's
    #[arg(long, env = "RISER_CLIENT", value_name = "ADDRESS")]
    client: Option<Address>,
    /// Folder of a built client, instead of the one in this program
    #[arg(long, value_name = "FOLDER")]
    dist: Option<PathBuf>,
    /// Folder of the databases and the keys [default: riser in your data folder]
    #[arg(long, env = "RISER_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Forget accounts, transfers, log-ins and keys of earlier runs
    #[arg(long)]
    fresh: bool,
    /// What new accounts begin with: three months of payments and saved payees, or nothing but money
    #[arg(long, env = "RISER_DEMO", value_enum, default_value_t)]
    demo: Demo,
    /// Let programs on this machine that have this token drive the tenant. A token is better given in the environment: every user
    /// of a machine can see the flags of its programs
    #[arg(long, env = "RISER_CONTROL_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Serve all of it over HTTPS, with an authority that is made once and kept in the data folder. Browsers and phones trust it
    /// when you have installed it there
    #[arg(long, env = "RISER_TLS")]
    tls: bool,
    /// A name or an address of this machine that it does not know itself; may be given several times, or separated by commas
    #[arg(
        long = "tls-name",
        env = "RISER_TLS_NAME",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "tls"
    )]
    tls_names: Vec<String>,
}

/// Runs until it is asked to stop. `embedded`: the client in the program.
pub fn up(flags: UpFlags, embedded: Dist) -> ExitCode {
    log_warnings();
    let UpFlags { bank, tenant, client, dist, data, fresh, demo, control_token, tls, tls_names } = flags;
    let dist = dist.map_or(embedded, Dist::from);
    let data = data.unwrap_or_else(data_folder::default);
    let control = control_token.map(ControlToken);
    let tls = tls.then_some(tls_names);
    exit(run(&Options { bank, tenant, client, dist, data, fresh, demo, control, tls }))
}

#[tokio::main]
async fn run(options: &Options) -> Result<(), RunError> {
    let running = start(options).await?;
    let stop = asked_to_stop();
    println!("{}", welcome(&running, options));
    running
        .until(async {
            stop.await;
            println!("\nstopping");
        })
        .await
}

fn welcome(running: &Running, options: &Options) -> String {
    let phone = format!("{}/phone", running.tenant);
    let client = match &running.client {
        Some(client) => format!("Riser is running. Open it:\n\n    {client}\n"),
        None => format!(
            "The bank is running at {}, without a client: there is none in {}.\n\
             Serve it with `cargo xtask serve` and open http://localhost:3000, or build it with `cargo xtask dist` and start \
             this again.\n",
            running.bank, options.dist
        ),
    };
    let trust = running.authority.as_ref().map(|authority| {
        format!(
            "Trust it      install {}, or {}/ca.crt on another device\n\
             Fingerprint   {}\n",
            authority.certificate_path().display(),
            running.tenant,
            authority.fingerprint()
        )
    });
    let login = |holder: &Holder| holder.login.map_or("", |login| login.email);
    format!(
        "{client}\n\
         Log in as     {} or {}, password: {PASSWORD}\n\
         The phone     {phone}, in a second tab or on another device: transfers are confirmed there\n\
         The log       {}/log: what became of each request, and why\n\
         Try to pay    {} ({}), or {} ({})\n\
         Kept in       {}\n\
         {}Ctrl-C stops everything.",
        login(&ADA),
        login(&BEN),
        running.tenant,
        CITY_ENERGY.iban,
        CITY_ENERGY.name,
        BEN.iban,
        BEN.name,
        options.data.display(),
        trust.unwrap_or_default()
    )
}
