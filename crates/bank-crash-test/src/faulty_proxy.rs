//! A proxy between customers and banks that causes faults of the network. Each connection carries one request, with one fault
//! at most. A request that was passed on is not cancelled when its customer disconnects.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use bank_for_tests::bank_process::SharedAddress;
use bank_for_tests::http_client;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NetworkFault {
    None,
    DropRequest,
    CutRequest,
    /// It arrives, and the whole response is lost.
    DropAnswer,
    /// It arrives, and a part of the response comes back.
    CutAnswer,
    /// It arrives late, perhaps after its customer's timeout or the next attempt.
    Late,
    /// It arrives twice at the same time; the first response counts.
    Twice,
}

/// A request in three meets a fault.
const FAULTS: [NetworkFault; 6] = [
    NetworkFault::DropRequest,
    NetworkFault::CutRequest,
    NetworkFault::DropAnswer,
    NetworkFault::CutAnswer,
    NetworkFault::Late,
    NetworkFault::Twice,
];
const ONE_IN: usize = 18;

#[derive(Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// A proxy in front of these banks; each request goes to one of those that are up. A late request comes up to
    /// `latest` late.
    pub async fn start(banks: Vec<SharedAddress>, rng: Rng, latest: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { banks, rng: Mutex::new(rng), latest });
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, shared, stopped));
        Ok(Self { address, stop, server })
    }

    /// Takes no more requests, and waits until the last of those under way has arrived or is lost.
    pub async fn stop(self) {
        drop(self.stop);
        // It has no result, and a panic has been logged.
        let _ = self.server.await;
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = under_way.join_next() => {}
            Ok((stream, _)) = listener.accept() => {
                let shared = Arc::clone(&shared);
                // An error is a broken connection, which is what this is about.
                under_way.spawn(async move { drop(shared.pass(stream).await) });
            }
        }
    }
    under_way.join_all().await;
}

struct Shared {
    banks: Vec<SharedAddress>,
    rng: Mutex<Rng>,
    latest: Duration,
}

struct Draw {
    fault: NetworkFault,
    bank: Option<SocketAddr>,
    second: Option<SocketAddr>,
    /// Where to cut, or how late: a part of the whole.
    part: f32,
}

impl Shared {
    fn draw(&self) -> Draw {
        let up: Vec<_> = self.banks.iter().filter_map(SharedAddress::get).collect();
        let mut rng = self.rng.lock();
        let fault = FAULTS.get(rng.usize(..ONE_IN)).copied().unwrap_or(NetworkFault::None);
        Draw { fault, bank: rng.choice(&up).copied(), second: rng.choice(&up).copied(), part: rng.f32() }
    }

    async fn pass(&self, mut customer: TcpStream) -> io::Result<()> {
        let mut request = Vec::new();
        if http_client::read(&mut customer, &mut request).await?.is_none() {
            return Ok(());
        }
        let Draw { fault, bank, second, part } = self.draw();
        let Some(bank) = bank else { return Ok(()) };
        match fault {
            NetworkFault::None => customer.write_all(&forward(bank, &request).await?).await,
            NetworkFault::DropRequest => Ok(()),
            NetworkFault::CutRequest => {
                let mut stream = TcpStream::connect(bank).await?;
                stream.write_all(beginning(&request, part)).await
            }
            NetworkFault::DropAnswer => forward(bank, &request).await.map(drop),
            NetworkFault::CutAnswer => {
                let response = forward(bank, &request).await?;
                customer.write_all(beginning(&response, part)).await
            }
            NetworkFault::Late => {
                tokio::time::sleep(self.latest.mul_f32(part)).await;
                customer.write_all(&forward(bank, &request).await?).await
            }
            NetworkFault::Twice => {
                let (first, _second) =
                    tokio::join!(forward(bank, &request), forward(second.unwrap_or(bank), &request));
                customer.write_all(&first?).await
            }
        }
    }
}

/// Passes a request on and waits for the whole response.
async fn forward(bank: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(bank).await?;
    stream.write_all(request).await?;
    let mut response = Vec::new();
    match http_client::read(&mut stream, &mut response).await? {
        Some(extent) => response.truncate(extent.whole),
        None => return Err(io::ErrorKind::UnexpectedEof.into()),
    }
    Ok(response)
}

/// The beginning of a message: never all of it.
fn beginning(bytes: &[u8], part: f32) -> &[u8] {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part from 0 to 1 of a message of some hundred bytes"
    )]
    let length = (bytes.len() as f32 * part) as usize;
    &bytes[..length.min(bytes.len().saturating_sub(1))]
}
