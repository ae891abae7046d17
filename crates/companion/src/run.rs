//! Starts the three programs, and stops them so that nothing under way is lost.

mod data;

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use bank::{Bank, Clock as _, Database};
use http_server::{GRACE, Limits, Listener, ServerConfig};
use local_tls::{Authority, TlsError};
use serde_json::json;
use tenant::{ControlToken, KeyStore, Tenant};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet, spawn_blocking};

use crate::address::Address;
use crate::client::{self, ClientError, Dist};
use crate::demo::{self, Demo};

pub use data::DataError;

use data::Folder;

#[derive(Debug, Clone)]
pub struct Options {
    /// The bank's API, and the client when it has no address of its own.
    pub bank: Address,
    pub tenant: Address,
    /// The client, where it is not served by the bank's address.
    pub client: Option<Address>,
    pub dist: Dist,
    /// The folder of the database and the keys.
    pub data: PathBuf,
    /// Whether to forget what earlier runs left there.
    pub fresh: bool,
    /// What new books begin with.
    pub demo: Demo,
    /// Lets programs that have it drive the tenant.
    pub control: Option<ControlToken>,
    /// Serves all of it over HTTPS, with an authority in the data folder; besides this machine's own names, these.
    pub tls: Option<Vec<String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(
        "cannot listen at {address}: {source}. Stop the program that is there, or choose another address with {flag}"
    )]
    Listen { address: Address, flag: &'static str, source: io::Error },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("the bank does not open")]
    Bank(#[from] bank::BankOpenError),
    #[error("the tenant does not open")]
    Tenant(#[from] tenant::OpenError),
    #[error("the client cannot be served")]
    Client(#[from] ClientError),
    #[error("there is no HTTPS")]
    Tls(#[from] TlsError),
    #[error("a server stopped")]
    Server(#[source] io::Error),
    #[error("a server failed")]
    Task(#[from] JoinError),
}

#[derive(Debug)]
pub struct Running {
    pub bank: Address,
    pub tenant: Address,
    /// Where the client is; `None` when it has not been built.
    pub client: Option<Address>,
    /// What devices install that are to trust these addresses.
    pub authority: Option<Arc<Authority>>,
    stop: watch::Sender<bool>,
    servers: JoinSet<io::Result<()>>,
    opened: Opened,
}

struct Opened {
    bank: Bank,
    tenant: Tenant,
    /// Last, so that it is given back when the books are closed.
    _data: Folder,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

/// Takes the addresses and the data folder, then opens bank and tenant, then serves. So a second companion fails before it
/// touches data.
pub async fn start(options: &Options) -> Result<Running, RunError> {
    let (bank_listener, bank_address) = listen(&options.bank, "--bank").await?;
    let (tenant_listener, tenant_address) = listen(&options.tenant, "--tenant").await?;
    let client_listener = match &options.client {
        Some(client) if !client.is_same(&options.bank) => Some(listen(client, "--client").await?),
        _ => None,
    };
    let data = Folder::take(&options.data)?;
    if options.fresh {
        data.forget()?;
    }

    let (authority, tls) =
        options.tls.as_deref().map(|names| open_tls(&data, options, names)).transpose()?.unzip();
    let at = |address: Address| if tls.is_some() { address.secure() } else { address };
    let (bank_address, tenant_address) = (at(bank_address), at(tenant_address));
    let client_listener = client_listener.map(|(listener, address)| (listener, at(address)));
    let issuer = format!("{}/", tenant_address.origin());
    let client_address = client_listener.as_ref().map_or(&bank_address, |(_, address)| address);
    let mut origins = client_address.origins();
    origins.extend(demo::TRUNK_SERVE.map(str::to_owned));
    origins.dedup();
    let (keys, database) = (KeyStore::Folder(data.tenant()), Database::File(data.tenant_database()));
    let mut tenant = demo::tenant(&issuer, &origins, keys, database);
    tenant.control = options.control.clone();
    let database = Database::File(data.bank());
    let now = i64::try_from(bank::SystemClock.now()).unwrap_or(i64::MAX);
    let mut config = demo::bank(&issuer, origins, database, options.demo, now);
    config.issuer_authority = authority.as_ref().map(|authority| authority.certificate().to_vec());
    let api = if client_listener.is_some() { bank_address.origin() } else { String::new() };
    let dist = options.dist.clone();
    // Side by side: each takes its time.
    let (tenant, bank, client) = tokio::join!(
        Box::pin(Tenant::open(tenant, Arc::new(tenant::SystemClock))),
        Box::pin(Bank::open(config, Arc::new(bank::SystemClock))),
        spawn_blocking(move || built_client(dist, &issuer, &api)),
    );
    let (tenant, bank, client) = (tenant?, bank?, client??);
    let client_is_there = client.is_some().then(|| client_address.clone());

    let mut servers = Servers { tasks: JoinSet::new(), stop: watch::channel(false).0, tls };
    match (client_listener, client) {
        (Some((listener, _)), Some(client)) => {
            servers.serve(listener, client);
            servers.serve(bank_listener, bank.router());
        }
        (None, Some(client)) => {
            servers.serve(bank_listener, client::beside(bank.api_routes(), client));
        }
        (_, None) => servers.serve(bank_listener, bank.router()),
    }
    let with_authority = |router| match &authority {
        Some(authority) => local_tls::with_download(router, authority),
        None => router,
    };
    servers.serve(tenant_listener, with_authority(tenant.router()));
    let Servers { tasks: servers, stop, .. } = servers;
    Ok(Running {
        bank: bank_address,
        tenant: tenant_address,
        client: client_is_there,
        authority,
        stop,
        servers,
        opened: Opened { bank, tenant, _data: data },
    })
}

impl Running {
    /// Serves until `stop` is ready, then lets requests under way finish and closes the books.
    pub async fn until(mut self, stop: impl Future<Output = ()>) -> Result<(), RunError> {
        let ended = tokio::select! {
            () = stop => Ok(()),
            // None of them ends before it is told to.
            Some(ended) = self.servers.join_next() => finished(ended),
        };
        self.stop.send_replace(true);
        // Pages that wait for a push would otherwise be waited for.
        self.opened.tenant.close();
        let mut stopped = Ok(());
        while let Some(ended) = self.servers.join_next().await {
            stopped = stopped.and(finished(ended));
        }
        self.opened.tenant.finish().await;
        self.opened.bank.close().await;
        ended.and(stopped)
    }
}

fn finished(ended: Result<io::Result<()>, JoinError>) -> Result<(), RunError> {
    ended?.map_err(RunError::Server)
}

/// `flag` is named where the address cannot be had.
pub(crate) async fn listen(address: &Address, flag: &'static str) -> Result<(Listener, Address), RunError> {
    let failed = |source| RunError::Listen { address: address.clone(), flag, source };
    let (first, second) = address.to_bind();
    let listener = Listener::bind_both(first, second.map(|(host, _)| host)).await.map_err(failed)?;
    let port = listener.port().map_err(failed)?;
    Ok((listener, address.with_port(port)))
}

fn built_client(dist: Dist, issuer: &str, api: &str) -> Result<Option<Router>, RunError> {
    let config = json!({
        "issuer": issuer,
        "client_id": demo::CLIENT_ID,
        "audience": demo::AUDIENCE,
        "api": api,
    });
    match client::router(dist, &config) {
        Ok(router) => Ok(Some(router)),
        // Those who work on the client serve it themselves.
        Err(ClientError::NotBuilt { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Up to three servers share the files that one process may have open.
fn limits() -> Limits {
    let whole = Limits::default();
    Limits {
        connections: whole.connections / 3,
        connections_per_peer: whole.connections_per_peer / 3,
        ..whole
    }
}

struct Servers {
    tasks: JoinSet<io::Result<()>>,
    stop: watch::Sender<bool>,
    tls: Option<Arc<ServerConfig>>,
}

impl Servers {
    fn serve(&mut self, listener: Listener, router: Router) {
        let (mut stop, tls) = (self.stop.subscribe(), self.tls.clone());
        self.tasks.spawn(async move {
            let stopped = async move {
                // An error means that the companion itself is gone, which is a reason to stop as well.
                let _ = stop.wait_for(|stop| *stop).await;
            };
            http_server::serve_with(listener, tls, router, limits(), stopped, GRACE).await
        });
    }
}

/// The authority in the data folder, and what servers show: a certificate for this machine's names, for those of the addresses, and
/// for `more`.
fn open_tls(
    data: &Folder,
    options: &Options,
    more: &[String],
) -> Result<(Arc<Authority>, Arc<ServerConfig>), TlsError> {
    let addresses = [Some(&options.bank), Some(&options.tenant), options.client.as_ref()];
    let hosts = addresses.into_iter().flatten().filter_map(Address::host).map(str::to_owned);
    let names: Vec<String> = hosts.chain(more.iter().cloned()).collect();
    local_tls::open(&data.tls(), &names)
}
