//! Starts the bank and the tenant together and serves the built client: `cargo run -p companion`.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use companion::address::Address;
use companion::demo::{ADA, BEN, CITY_ENERGY, Demo, Holder, PASSWORD};
use companion::run::{Options, RunError, Running, start};
use http_server::asked_to_stop;
use tenant::ControlToken;
use tracing_subscriber::EnvFilter;

/// Riser's bank and tenant on this machine, and the client when it has been built.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// Where the bank's API and the client are served: PORT, HOST:PORT or <http://HOST:PORT>
    #[arg(long, env = "RISER_BANK", value_name = "ADDRESS", default_value = "http://localhost:8080")]
    bank: Address,
    /// Where the tenant, the identity provider, is served
    #[arg(long, env = "RISER_TENANT", value_name = "ADDRESS", default_value = "http://localhost:8090")]
    tenant: Address,
    /// Serve the client at an address of its own instead of the bank's
    #[arg(long, env = "RISER_CLIENT", value_name = "ADDRESS")]
    client: Option<Address>,
    /// Folder of the built client
    #[arg(long, value_name = "FOLDER", default_value = "dist")]
    dist: PathBuf,
    /// Folder of the databases and the keys
    #[arg(long, env = "RISER_DATA", value_name = "FOLDER", default_value = "data")]
    data: PathBuf,
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
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let Flags { bank, tenant, client, dist, data, fresh, demo, control_token } = Flags::parse();
    let control = control_token.map(ControlToken);
    match run(&Options { bank, tenant, client, dist, data, fresh, demo, control }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_reasons(&error));
            ExitCode::FAILURE
        }
    }
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
            running.bank,
            options.dist.display()
        ),
    };
    let login = |holder: &Holder| holder.login.map_or("", |login| login.email);
    format!(
        "{client}\n\
         Log in as     {} or {}, password: {PASSWORD}\n\
         The phone     {phone}, in a second tab or on another device: transfers are confirmed there\n\
         The log       {}/log: what became of each request, and why\n\
         Try to pay    {} ({}), or {} ({})\n\
         Kept in       {}\n\
         Ctrl-C stops everything.",
        login(&ADA),
        login(&BEN),
        running.tenant,
        CITY_ENERGY.iban,
        CITY_ENERGY.name,
        BEN.iban,
        BEN.name,
        options.data.display()
    )
}

/// The error and what led to it, in one line.
fn with_reasons(error: &RunError) -> String {
    let mut text = error.to_string();
    let mut reason = error.source();
    while let Some(error) = reason {
        // A few errors repeat their source in their own sentence.
        if !text.contains(&error.to_string()) {
            text = format!("{text}: {error}");
        }
        reason = error.source();
    }
    text
}
