//! What the bank's program does.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use http_server::{Limits, Listener};
use tracing_subscriber::EnvFilter;

use crate::{
    Bank, Config, DEFAULT_READS_PER_MINUTE, DEFAULT_TRANSFERS_PER_MINUTE, DatabaseError, DynamicLinking,
    History, OpeningAccount, SystemClock,
};

/// The companion bank API.
#[derive(Parser)]
#[command(version)]
pub struct Flags {
    /// Address to listen on.
    #[arg(long, env = "BANK_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Issuer of the access tokens, compared exactly (Auth0's ends in `/`).
    #[arg(long, env = "BANK_ISSUER", default_value = "http://localhost:8090/")]
    issuer: String,
    /// Where the issuer publishes its keys [default: the issuer's .well-known/jwks.json].
    #[arg(long, env = "BANK_JWKS_URI")]
    jwks_uri: Option<String>,
    /// Identifier of this API, as in the `aud` of the tokens.
    #[arg(long, env = "BANK_AUDIENCE", default_value = "https://my-banking-api")]
    audience: String,
    /// Whether a token must name the transfer that it was confirmed for (`authorization_details`, RFC 9396). Issuers that do
    /// not have it need `when-present`.
    #[arg(long, env = "BANK_DYNAMIC_LINKING", value_name = "WHEN", value_enum, default_value_t)]
    dynamic_linking: DynamicLinking,
    /// Origin of a browser client elsewhere; may be given several times, or separated by commas.
    #[arg(long = "allow-origin", env = "BANK_ALLOW_ORIGIN", value_delimiter = ',')]
    allowed_origins: Vec<String>,
    /// An account that must exist: `IBAN;HOLDER;BALANCE IN MINOR UNITS;CURRENCY` and, if a customer may use it, `;SUB`.
    /// May be given several times; one that exists stays as it is.
    #[arg(long = "account", value_parser = account)]
    accounts: Vec<OpeningAccount>,
    /// Where the books are kept: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`. A password is better given
    /// in the environment: every user of a machine can see the flags of its programs.
    // Parsed later, because clap would print a wrong value, which can hold a password.
    #[arg(long, env = "BANK_DATABASE", default_value = "sqlite:data/bank.sqlite", hide_env_values = true)]
    database: String,
    /// Check the whole books before anybody is served, not only what was booked since they were last opened.
    #[arg(long, env = "BANK_AUDIT")]
    audit: bool,
    /// How long requests under way may take when the bank is asked to stop.
    #[arg(long, env = "BANK_GRACE", value_name = "SECONDS", default_value_t = http_server::GRACE.as_secs())]
    grace: u64,
    /// Orders and repetitions of orders that each customer may send in a minute; 0 for any number.
    #[arg(long, env = "BANK_TRANSFERS_PER_MINUTE", value_name = "N", default_value_t = DEFAULT_TRANSFERS_PER_MINUTE)]
    transfers_per_minute: u32,
    /// Balances, payments and statements that each customer may ask for in a minute; 0 for any number.
    #[arg(long, env = "BANK_READS_PER_MINUTE", value_name = "N", default_value_t = DEFAULT_READS_PER_MINUTE)]
    reads_per_minute: u32,
    /// Address for metrics in Prometheus' format, at `/metrics`; without it there are none. Not one that customers reach.
    #[arg(long, env = "BANK_METRICS", value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Connections that are open at the same time; who comes then waits.
    #[arg(long, env = "BANK_CONNECTIONS", value_name = "N", default_value_t = Limits::default().connections)]
    connections: usize,
    /// Of these, those from one address; more are closed at once. Behind a proxy, give it all of them.
    #[arg(long, env = "BANK_CONNECTIONS_PER_PEER", value_name = "N", default_value_t = Limits::default().connections_per_peer)]
    connections_per_peer: usize,
}

fn account(text: &str) -> Result<OpeningAccount, String> {
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let ([iban, holder, balance, currency], subject) = (match parts.as_slice() {
        [required @ .., subject] if required.len() == 4 => {
            <[&str; 4]>::try_from(required).map(|r| (r, Some(*subject)))
        }
        required => <[&str; 4]>::try_from(required).map(|r| (r, None)),
    })
    .map_err(|_| "needs four or five parts, separated by `;`".to_owned())?;
    Ok(OpeningAccount {
        iban: iban.to_owned(),
        holder: holder.to_owned(),
        subject: subject.map(str::to_owned),
        balance_minor: balance.parse().map_err(|_| format!("the balance `{balance}` is no whole number"))?,
        currency: currency.to_owned(),
    })
}

impl TryFrom<Flags> for Config {
    type Error = String;

    fn try_from(flags: Flags) -> Result<Self, String> {
        let jwks_uri = flags
            .jwks_uri
            .unwrap_or_else(|| format!("{}/.well-known/jwks.json", flags.issuer.trim_end_matches('/')));
        let database =
            flags.database.parse().map_err(|error: DatabaseError| format!("--database: {error}"))?;
        Ok(Self {
            issuer: flags.issuer,
            jwks_uri,
            issuer_authority: None,
            audience: flags.audience,
            dynamic_linking: flags.dynamic_linking,
            allowed_origins: flags.allowed_origins,
            database,
            opening_accounts: flags.accounts,
            history: History::default(),
            transfers_per_minute: flags.transfers_per_minute,
            reads_per_minute: flags.reads_per_minute,
        })
    }
}

/// Serves until it is asked to stop.
pub fn run(flags: Flags) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are for people; a file or a collector gets plain text.
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stdout().is_terminal()).init();
    match serve(flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// At the first address of the name that can be had.
async fn listen(name: &str) -> io::Result<Listener> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in tokio::net::lookup_host(name).await? {
        match Listener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[tokio::main]
async fn serve(flags: Flags) -> Result<(), Box<dyn Error>> {
    let listener = listen(&flags.listen)
        .await
        .map_err(|error| format!("cannot listen on `{}`, as --listen says: {error}", flags.listen))?;
    let (grace, audit) = (Duration::from_secs(flags.grace), flags.audit);
    let limits = Limits {
        connections: flags.connections,
        connections_per_peer: flags.connections_per_peer,
        ..Limits::default()
    };
    if let Some(address) = flags.metrics {
        let address = http_server::serve_metrics(address)
            .await
            .map_err(|error| format!("cannot serve metrics on {address}, as --metrics says: {error}"))?;
        tracing::info!(%address, "metrics are served");
    }
    let bank = Bank::open(flags.try_into()?, Arc::new(SystemClock)).await?;
    if audit {
        bank.ledger().audit().await?;
    }
    let stop = http_server::asked_to_stop();
    tracing::info!(address = %listener.local_addr()?, "the bank is open");
    http_server::serve(listener, bank.router(), limits, stop, grace).await?;
    bank.close().await;
    tracing::info!("the bank is closed");
    Ok(())
}
