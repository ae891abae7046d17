//! One connection, from its first byte to its end.

use std::future::Future;
use std::pin::pin;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutWriter;

use crate::limits::{Limits, Peer};

/// Serves requests until the client has no more, takes too long, or `stopping` is ready: then what is under way is
/// finished.
pub(crate) async fn serve(
    (stream, peer): (TcpStream, Peer),
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
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(limits.stalled));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_size)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
