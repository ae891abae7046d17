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
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutWriter;

use crate::limits::{Limits, Peer};
use crate::progress::Progress;

/// How long a program that stops waits for the other half of a request. Nothing has been done for it yet.
const REST_OF_REQUEST: Duration = Duration::from_secs(1);

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
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
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
