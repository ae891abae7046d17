//! Runs a tenant by itself: `tenant --config tenant.json`.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use serde::Deserialize;
use tenant::{
    Action, Api, Client, Config, Customer, KeyStore, Lifetimes, Limits, LogAccess, SystemClock, Tenant,
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A local OpenID provider that behaves like an Auth0 tenant with MFA by push.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The issuer, as browsers and APIs reach this tenant; ends in '/'.
    #[arg(long, default_value = "http://localhost:8090/")]
    issuer: String,
    /// The folder in which the signing key is kept.
    #[arg(long, default_value = "data/tenant")]
    data: PathBuf,
    /// A JSON file with `clients`, `apis` and `customers`, and perhaps `actions`, `authorization_details`, `lifetimes`,
    /// `limits` and `log`. Files of `actions` are looked for beside it.
    #[arg(long)]
    config: PathBuf,
    /// How long requests under way may take when the tenant is asked to stop.
    #[arg(long, value_name = "SECONDS", default_value_t = serving::GRACE.as_secs())]
    grace: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clients: Vec<Client>,
    apis: Vec<Api>,
    #[serde(default = "yes")]
    authorization_details: bool,
    customers: Vec<Customer>,
    #[serde(default)]
    actions: Vec<Action>,
    #[serde(default)]
    lifetimes: Lifetimes,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    log: LogAccess,
}

const fn yes() -> bool {
    true
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let arguments = Arguments::parse();
    let File { clients, apis, authorization_details, customers, mut actions, lifetimes, limits, log } =
        read(&arguments.config)?;
    let folder = arguments.config.parent().unwrap_or(Path::new(""));
    for action in &mut actions {
        action.is_relative_to(folder);
    }
    let keys = KeyStore::Folder(arguments.data);
    let issuer = arguments.issuer;
    let config = Config {
        issuer,
        keys,
        clients,
        apis,
        authorization_details,
        customers,
        actions,
        lifetimes,
        limits,
        log,
    };
    let tenant = Tenant::open(config, Arc::new(SystemClock)).await?;

    let listener = TcpListener::bind(arguments.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let closing = tenant.clone();
    let stop = async move {
        serving::asked_to_stop().await;
        closing.close();
    };
    let grace = Duration::from_secs(arguments.grace);
    serving::serve(listener, tenant.router(), serving::Limits::default(), stop, grace).await?;
    tracing::info!("closed");
    Ok(())
}

fn read(path: &PathBuf) -> Result<File, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
