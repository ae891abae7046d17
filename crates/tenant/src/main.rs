//! Runs a tenant by itself: `tenant --config tenant.json`.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use serde::Deserialize;
use tenant::{Api, Client, Config, Customer, KeyStore, Lifetimes, Limits, SystemClock, Tenant};
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
    /// A JSON file with `clients`, `apis` and `customers`, and perhaps `lifetimes` and `limits`.
    #[arg(long)]
    config: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clients: Vec<Client>,
    apis: Vec<Api>,
    customers: Vec<Customer>,
    #[serde(default)]
    lifetimes: Lifetimes,
    #[serde(default)]
    limits: Limits,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let arguments = Arguments::parse();
    let File { clients, apis, customers, lifetimes, limits } = read(&arguments.config)?;
    let keys = KeyStore::Folder(arguments.data);
    let config = Config { issuer: arguments.issuer, keys, clients, apis, customers, lifetimes, limits };
    let tenant = Tenant::open(config, Arc::new(SystemClock)).await?;

    let listener = TcpListener::bind(arguments.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let closing = tenant.clone();
    axum::serve(listener, tenant.router())
        .with_graceful_shutdown(async move {
            interrupted().await;
            closing.close();
        })
        .await?;
    Ok(())
}

fn read(path: &PathBuf) -> Result<File, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Ctrl-C, or what `kill` and service managers send.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _interrupted = tokio::signal::ctrl_c().await;
}
