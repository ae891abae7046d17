//! One connection, from its first byte to its end.

use std::future::{Future, pending};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::limits::{Limits, Peer};
use crate::progress::Progress;
use crate::tls;

/// How long a program that stops waits for the other half of a request. Nothing has been done for it yet.
const REST_OF_REQUEST: Duration = Duration::from_secs(1);

/// Serves requests until the client has no more, takes too long, or `stopping` is ready: then what is under way is
/// finished.
pub(crate) async fn serve(
    (stream, peer): (TcpStream, Peer),
    acceptor: Option<TlsAcceptor>,
    router: Router,
    limits: Limits,
    stopping: impl Future<Output = ()>,
    watcher: Watcher,
) {
    // Answers are small and complete: nothing is gained by waiting for more to send.
    let _ = stream.set_nodelay(true);
    // Browsers open connections that they may never use. Such a one has nothing to finish.
    let mut stopping = pin!(stopping);
    tokio::select! {
        begun = tokio::time::timeout(limits.head, stream.readable()) => {
            if !matches!(begun, Ok(Ok(()))) {
                return;
            }
        }
        () = &mut stopping => return,
    }
    let Some(acceptor) = acceptor else {
        return serve_requests((limits.timed(stream), peer), router, limits, stopping, watcher).await;
    };
    // Nothing has been asked before the handshake is done, so there is nothing to finish either.
    let encrypted = tokio::select! {
        encrypted = tls::accept(stream, &acceptor, limits) => encrypted,
        () = &mut stopping => return,
    };
    if let Some(stream) = encrypted {
        serve_requests((stream, peer), router, limits, stopping, watcher).await;
    }
}

async fn serve_requests(
    (stream, peer): (impl AsyncRead + AsyncWrite + Unpin + 'static, Peer),
    router: Router,
    limits: Limits,
    stopping: impl Future<Output = ()>,
    watcher: Watcher,
) {
    let router = TowerToHyperService::new(router);
    let progress = Progress::default();
    let service = {
        let progress = progress.clone();
        service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.call(progress.watch(request))
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_size)
        .serve_connection(TokioIo::new(stream), service);
    let half_sent = async {
        stopping.await;
        tokio::time::sleep(REST_OF_REQUEST).await;
        if progress.is_worked_on() {
            // It is answered.
            pending::<()>().await;
        }
    };
    tokio::select! {
        // An answer that is ready at the same moment is sent.
        biased;
        served = watcher.watch(connection) => {
            if let Err(error) = served {
                tracing::debug!(%error, "a connection ended early");
            }
        }
        () = half_sent => tracing::debug!("half a request was there when the program stopped"),
    }
}
