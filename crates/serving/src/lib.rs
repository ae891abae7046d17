//! How the companion's programs serve, and how they stop: nothing under way is lost, and nobody can keep them from it.

mod signals;

use std::future::{Future, IntoFuture as _};
use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use signals::asked_to_stop;

/// How long requests that are under way may take when a program stops.
pub const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stop` is ready, then lets requests under way finish, for as long as `grace`: a client that has sent half
/// a request may never send the other half.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    let (stopping, told) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        drop(stopping);
    });
    let time_is_up = async {
        // An error is what it waits for: the other end is dropped, and nothing is ever sent.
        let _ = told.await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = time_is_up => {
            cut_off(grace);
            Ok(())
        }
    }
}

/// Says that some clients got no answer.
pub fn cut_off(grace: Duration) {
    tracing::warn!(seconds = grace.as_secs(), "some requests did not end in time and were cut off");
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;

    /// A server with one request under way, which is answered when `answer` is ready.
    async fn under_way(
        answer: impl Future<Output = ()> + Send + 'static,
    ) -> (TcpStream, oneshot::Sender<()>, JoinHandle<io::Result<()>>) {
        let begun = Arc::new(Notify::new());
        let handler = {
            let begun = Arc::clone(&begun);
            let answer = Arc::new(tokio::sync::Mutex::new(Some(answer)));
            async move || {
                begun.notify_one();
                if let Some(answer) = answer.lock().await.take() {
                    answer.await;
                }
                "done"
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(serve(listener, Router::new().route("/", get(handler)), stopped, GRACE));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        begun.notified().await;
        (stream, stop, served)
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_never_ends_keeps_nobody_from_stopping() {
        let (_stream, stop, served) = under_way(pending()).await;
        stop.send(()).unwrap();
        let ended = tokio::time::timeout(GRACE + Duration::from_secs(1), served).await;
        ended.expect("it goes on").unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_under_way_is_waited_for_and_answered() {
        let (answer, answered) = oneshot::channel();
        let answered = async {
            let _: Result<(), _> = answered.await;
        };
        let (mut stream, stop, served) = under_way(answered).await;
        stop.send(()).unwrap();
        tokio::time::sleep(GRACE / 2).await;
        assert!(!served.is_finished());
        answer.send(()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK") && text.ends_with("done"), "{text}");
        served.await.unwrap().unwrap();
    }
}
