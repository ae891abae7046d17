//! How the companion's programs serve, and how they stop: nothing under way is lost, nobody can keep them from it, and
//! nobody can keep the others from being served.

mod connection;
mod limits;
mod listener;
mod metrics;
mod progress;
mod signals;
mod tls;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

pub use limits::{Limits, Peer};
pub use listener::Listener;
pub use metrics::{record_request, serve_metrics};
pub use signals::asked_to_stop;
pub use tokio_rustls::rustls::ServerConfig;

use limits::Peers;

/// How long requests that are under way may take when a program stops.
pub const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stop` is ready, then lets requests under way finish, for as long as `grace`. One of which only a part has
/// arrived is given up after a second: its client may never send the other part.
pub async fn serve(
    listener: impl axum::serve::Listener<Io = TcpStream, Addr = SocketAddr>,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> io::Result<()> {
    serve_with(listener, None, router, limits, stop, grace).await
}

/// As [`serve`], over HTTPS where there is a configuration for it. A handshake that is not finished holds a connection no longer
/// than half a request does, and who speaks plain HTTP is told.
pub async fn serve_with(
    mut listener: impl axum::serve::Listener<Io = TcpStream, Addr = SocketAddr>,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> io::Result<()> {
    let acceptor = tls.map(TlsAcceptor::from);
    let (stopping, _) = watch::channel(false);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.connections));
    let peers = Peers::default();
    // Dropped with this function, and what is left in it ends then.
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            let (stream, address) = listener.accept().await;
            Ok::<_, io::Error>((place, stream, address))
        };
        let (place, stream, address) = tokio::select! {
            // In this order: whoever has had an answer can count on it that a request to stop is heard.
            biased;
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            accepted = accepted => accepted?,
        };
        let peer = Peer::of(address.ip());
        let Some(counted) = peers.admit(peer, limits.connections_per_peer) else {
            tracing::debug!(%peer, "too many connections from there: this one is closed");
            continue;
        };
        let mut told = stopping.subscribe();
        let stopped = async move {
            // An error means that nobody is there to tell any more.
            let _ = told.wait_for(|stopping| *stopping).await;
        };
        let served = connection::serve(
            (stream, peer),
            acceptor.clone(),
            router.clone(),
            limits,
            stopped,
            graceful.watcher(),
        );
        connections.spawn(async move {
            served.await;
            drop((counted, place));
        });
    }
    drop(listener);
    stopping.send_replace(true);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = grace.as_secs(), "some requests did not end in time and were cut off");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
