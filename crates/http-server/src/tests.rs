//! Real connections, and a clock that stands still until everybody waits for it.

use std::future::pending;

use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;

mod tls;

const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(router: Router, limits: Limits) -> Self {
        Self::start_with(None, router, limits).await
    }

    async fn start_with(tls: Option<Arc<ServerConfig>>, router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(serve_with(listener, tls, router, limits, stopped, GRACE));
        Self { address, stop, served }
    }

    /// One that answers "done", with a part of the limits changed.
    async fn simple(change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        change(&mut limits);
        Self::start(Router::new().route("/", get(async || "done")), limits).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection on which this was sent.
    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        stream
    }
}

/// Reads until the answer's body is there. `None` when the connection was closed instead.
async fn answer(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        match stream.read_buf(&mut text).await {
            Ok(0) | Err(_) => return None,
            Ok(_) if text.ends_with(b"done") => return String::from_utf8(text).ok(),
            Ok(_) => {}
        }
    }
}

async fn answer_of(stream: &mut TcpStream) {
    answer(stream).await.expect("it was closed");
}

/// Waits until the other side closes, and says how long that took.
async fn closed(stream: &mut TcpStream) -> Duration {
    let began = Instant::now();
    while !matches!(stream.read(&mut [0; 1024]).await, Ok(0) | Err(_)) {}
    began.elapsed()
}

fn is_about(time: Duration, expected: Duration) -> bool {
    time >= expected && time < expected + Duration::from_secs(1)
}

/// A server with one request under way, which is answered when `answer` is ready.
async fn under_way(answer: impl Future<Output = ()> + Send + 'static) -> (TcpStream, Server) {
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
    let server = Server::start(Router::new().route("/", get(handler)), Limits::default()).await;
    let stream = server.send(WHOLE).await;
    begun.notified().await;
    (stream, server)
}

/// Proves: shutdown-not-blocked
#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_keeps_nobody_from_stopping() {
    let (_stream, server) = under_way(pending()).await;
    server.stop.send(()).unwrap();
    let ended = tokio::time::timeout(GRACE + Duration::from_secs(1), server.served).await;
    ended.expect("it goes on").unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_under_way_is_waited_for_and_answered() {
    let (go, answered) = oneshot::channel();
    let answered = async {
        let _: Result<(), _> = answered.await;
    };
    let (mut stream, server) = under_way(answered).await;
    server.stop.send(()).unwrap();
    tokio::time::sleep(GRACE / 2).await;
    assert!(!server.served.is_finished());
    go.send(()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK") && text.ends_with("done"), "{text}");
    server.served.await.unwrap().unwrap();
}

/// Proves: shutdown-not-blocked
#[tokio::test(start_paused = true)]
async fn connections_without_a_request_keep_nobody_from_stopping() {
    let server = Server::simple(|_| {}).await;
    let mut unused = server.connect().await;
    let mut used = server.send(WHOLE).await;
    answer(&mut used).await.unwrap();
    let began = Instant::now();
    server.stop.send(()).unwrap();
    server.served.await.unwrap().unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!((closed(&mut unused).await, closed(&mut used).await), (Duration::ZERO, Duration::ZERO));
}

/// Proves: half-request
#[tokio::test(start_paused = true)]
async fn half_a_request_keeps_nobody_from_stopping() {
    for half in
        [&b"G"[..], b"POST / HTTP/1.1\r\nHost: loc", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"]
    {
        let router = Router::new().route("/", axum::routing::post(async |body: String| body));
        let server = Server::start(router, Limits::default()).await;
        let mut stream = server.send(half).await;
        // The server has taken up what was sent before this was answered.
        answer_of(&mut server.send(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\ndone").await).await;
        let began = Instant::now();
        server.stop.send(()).unwrap();
        server.served.await.unwrap().unwrap();
        assert!(is_about(began.elapsed(), Duration::from_secs(1)), "{:?}", began.elapsed());
        closed(&mut stream).await;
    }
}

/// Its body is there, and is read when something else is done.
#[tokio::test(start_paused = true)]
async fn whole_request_whose_body_is_not_read_yet_is_answered() {
    let begun = Arc::new(Notify::new());
    let told = Arc::clone(&begun);
    let handler = async move |request: axum::extract::Request| {
        told.notify_one();
        tokio::time::sleep(GRACE / 2).await;
        let body = axum::body::to_bytes(request.into_body(), 9).await;
        String::from_utf8(body.unwrap().to_vec()).unwrap()
    };
    let server =
        Server::start(Router::new().route("/", axum::routing::post(handler)), Limits::default()).await;
    let mut stream = server.send(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\ndone").await;
    begun.notified().await;
    server.stop.send(()).unwrap();
    answer_of(&mut stream).await;
    server.served.await.unwrap().unwrap();
}

/// Proves: half-request
#[tokio::test(start_paused = true)]
async fn the_other_half_that_comes_in_time_is_answered() {
    let router = Router::new().route("/", axum::routing::post(async |body: String| body));
    let server = Server::start(router, Limits::default()).await;
    let mut stream = server.send(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\ndo").await;
    answer_of(&mut server.send(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\ndone").await).await;
    server.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    stream.write_all(b"ne").await.unwrap();
    answer_of(&mut stream).await;
    server.served.await.unwrap().unwrap();
}

/// Proves: connection-timeouts
#[tokio::test(start_paused = true)]
async fn nothing_and_half_a_request_hold_a_connection_for_as_long_as_the_head_may_take() {
    let server = Server::simple(|_| {}).await;
    let head = Limits::default().head;
    assert!(is_about(closed(&mut server.connect().await).await, head));
    assert!(is_about(closed(&mut server.send(b"GET / HTTP/1.1\r\nHost: loc").await).await, head));
    // One byte now and then does not help.
    let mut stream = server.send(b"GET / HTTP/1.1\r\nX: ").await;
    let began = Instant::now();
    while stream.write_all(b"x").await.is_ok() {
        assert!(began.elapsed() < head * 2, "it is still taken");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Proves: connection-timeouts
#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_kept_for_a_while_and_used_again() {
    let server = Server::simple(|_| {}).await;
    let head = Limits::default().head;
    let mut stream = server.send(WHOLE).await;
    answer(&mut stream).await.unwrap();
    tokio::time::sleep(head / 2).await;
    stream.write_all(WHOLE).await.unwrap();
    answer(&mut stream).await.unwrap();
    assert!(is_about(closed(&mut stream).await, head));
}

/// Proves: connection-timeouts
#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::simple(|_| {}).await;
    let mut stream = server.send(b"GET / HTTP/1.1\r\nX: ").await;
    let began = Instant::now();
    let _ = stream.write_all(&vec![b'x'; 40 * 1024]).await;
    let mut text = String::new();
    // What was sent after the limit may take the answer away with it.
    let _ = stream.read_to_string(&mut text).await;
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 431 "), "{text}");
    assert_eq!(began.elapsed(), Duration::ZERO, "it waited for more");
    assert!(answer(&mut server.send(WHOLE).await).await.is_some(), "the others are served");
}

/// Proves: connection-timeouts
#[tokio::test(start_paused = true)]
async fn who_does_not_take_the_answer_does_not_hold_the_connection() {
    let large = Router::new().route("/", get(async || vec![b'.'; 64 << 20]));
    let server = Server::start(large, Limits { connections: 1, ..Limits::default() }).await;
    let _lazy = server.send(WHOLE).await;
    let began = Instant::now();
    // There is room for one.
    let mut next = server.send(WHOLE).await;
    next.read_exact(&mut [0; 4]).await.unwrap();
    assert!(is_about(began.elapsed(), Limits::default().stalled), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_it_is_full_waits_until_there_is_room() {
    let server = Server::simple(|limits| limits.connections = 2).await;
    let mut first = [server.send(WHOLE).await, server.send(WHOLE).await];
    for stream in &mut first {
        answer(stream).await.unwrap();
    }
    let began = Instant::now();
    let mut third = server.send(WHOLE).await;
    answer(&mut third).await.unwrap();
    assert!(is_about(began.elapsed(), Limits::default().head), "{:?}", began.elapsed());
}

/// The whole of 127.0.0.0/8 is this machine, on Linux.
/// Proves: connections-per-peer
#[cfg(target_os = "linux")]
#[tokio::test]
async fn thousands_of_connections_from_one_address_keep_nobody_else_from_being_answered() {
    let server = Server::simple(|limits| limits.connections_per_peer = 50).await;
    let abusive = async || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let mut stream = socket.connect(server.address).await.unwrap();
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").await;
        stream
    };
    let mut held = Vec::new();
    for _ in 0..50 {
        held.push(abusive().await);
    }
    for round in 0..2_000 {
        // The other side closes at once what is too much.
        closed(&mut abusive().await).await;
        if round % 200 == 0 {
            let mut honest = server.send(WHOLE).await;
            let answered = tokio::time::timeout(Duration::from_secs(5), answer(&mut honest)).await;
            answered.expect("it is kept waiting").expect("it was turned away");
        }
    }
    drop(held);
}
