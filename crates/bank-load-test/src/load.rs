//! A closed loop of clients: each has one connection that is kept, and sends its next request when the response is there.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use bank_for_tests::http_client;

#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    /// The status of a right response; any other one is an error.
    pub(crate) expected: u16,
}

/// Requests that are taken in turn.
#[derive(Debug)]
pub(crate) struct Requests {
    all: Vec<Vec<u8>>,
    next: AtomicUsize,
    /// Whether they begin again when the last one was sent.
    again: bool,
}

impl Requests {
    /// These, again and again.
    pub(crate) const fn repeated(all: Vec<Vec<u8>>) -> Self {
        Self { all, next: AtomicUsize::new(0), again: true }
    }

    /// Each of these once.
    pub(crate) const fn once(all: Vec<Vec<u8>>) -> Self {
        Self { all, next: AtomicUsize::new(0), again: false }
    }

    fn take(&self) -> Option<&[u8]> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let place = if self.again { next % self.all.len() } else { next };
        self.all.get(place).map(Vec::as_slice)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// Half of the answers came within this time.
    pub(crate) p50: Duration,
    /// 99 of 100 answers came within this time.
    pub(crate) p99: Duration,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99] = [self.p50, self.p99].map(|time| time.as_secs_f64() * 1e3);
        write!(f, "{:>10.0}/s   p50 {p50:>8.2} ms   p99 {p99:>8.2} ms", self.per_second)
    }
}

impl Load {
    /// Sends requests for as long as `time`, or until there are none left.
    pub(crate) async fn run(&self, requests: &Arc<Requests>, time: Duration) -> io::Result<Measured> {
        let mut connections = Vec::with_capacity(self.connections);
        for _ in 0..self.connections {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            connections.push(stream);
        }
        let began = Instant::now();
        let mut clients = JoinSet::new();
        for stream in connections {
            clients.spawn(client(stream, Arc::clone(requests), began + time, self.expected));
        }
        let mut times = Vec::new();
        while let Some(client) = clients.join_next().await {
            times.extend(client.map_err(io::Error::other)??);
        }
        let took = began.elapsed();
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "far fewer answers than 2^52")]
        let per_second = times.len() as f64 / took.as_secs_f64();
        Ok(Measured { per_second, p50: at(50), p99: at(99) })
    }
}

async fn client(
    mut stream: TcpStream,
    requests: Arc<Requests>,
    until: Instant,
    expected: u16,
) -> io::Result<Vec<Duration>> {
    let mut times = Vec::new();
    let mut buffer = Vec::new();
    while Instant::now() < until {
        let Some(request) = requests.take() else { break };
        let sent = Instant::now();
        stream.write_all(request).await?;
        let extent =
            http_client::read(&mut stream, &mut buffer).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        times.push(sent.elapsed());
        if http_client::status(&buffer) != Some(expected) {
            let response = String::from_utf8_lossy(&buffer[..extent.whole]).into_owned();
            return Err(io::Error::other(format!("instead of status {expected} came: {response}")));
        }
        buffer.drain(..extent.whole);
    }
    Ok(times)
}
