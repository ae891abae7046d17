//! What programs listen with: one address, or both of those that `localhost` stands for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::serve::Listener as Accept;
use tokio::net::{TcpListener, TcpStream};

/// How often the system may choose another port, where the choice is its own.
const CHOICES: usize = 16;

/// A listener at an address, and at both addresses of `localhost`: which of them a browser tries first is its own affair,
/// and Node.js takes the first that the system names.
#[derive(Debug)]
pub struct Listener {
    first: TcpListener,
    /// None where there is no other address, or no IPv6.
    second: Option<TcpListener>,
}

impl Listener {
    /// Listens at this address; where it is one of those of `localhost`, at the other one too.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let second = match address.ip() {
            IpAddr::V4(Ipv4Addr::LOCALHOST) => Some(Ipv6Addr::LOCALHOST.into()),
            IpAddr::V6(Ipv6Addr::LOCALHOST) => Some(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V4(_) | IpAddr::V6(_) => None,
        };
        let first = (address.ip().to_string(), address.port());
        Self::bind_both(first, second.map(|ip: IpAddr| ip.to_string())).await
    }

    /// Listens at a host and a port, and at the same port of another host.
    pub async fn bind_both(first: (String, u16), second: Option<String>) -> io::Result<Self> {
        let choices = if first.1 == 0 { CHOICES } else { 1 };
        for _ in 1..choices {
            match Self::try_bind(&first, second.as_deref()).await {
                // What the system chose is free at one address and taken at the other.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                bound => return bound,
            }
        }
        Self::try_bind(&first, second.as_deref()).await
    }

    async fn try_bind((host, port): &(String, u16), second: Option<&str>) -> io::Result<Self> {
        let first = TcpListener::bind((host.as_str(), *port)).await?;
        let Some(host) = second else { return Ok(Self { first, second: None }) };
        match TcpListener::bind((host, first.local_addr()?.port())).await {
            Ok(second) => Ok(Self { first, second: Some(second) }),
            // Whoever opens `localhost` would perhaps reach the other program.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
            // There is no such address here.
            Err(_) => Ok(Self { first, second: None }),
        }
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.first.local_addr()
    }

    /// The port of all its addresses.
    pub fn port(&self) -> io::Result<u16> {
        Ok(self.first.local_addr()?.port())
    }

    /// Where it listens besides its first address.
    pub fn second_addr(&self) -> Option<SocketAddr> {
        self.second.as_ref().and_then(|second| second.local_addr().ok())
    }
}

impl Accept for Listener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let Some(second) = &mut self.second else { return Accept::accept(&mut self.first).await };
        tokio::select! {
            accepted = Accept::accept(&mut self.first) => accepted,
            accepted = Accept::accept(second) => accepted,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.first.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

    async fn has(host: IpAddr) -> bool {
        TcpListener::bind((host, 0)).await.is_ok()
    }

    /// Proves: listener-localhost
    #[tokio::test]
    async fn localhost_is_both_of_its_addresses() {
        for asked in LOOPBACK {
            // A machine without IPv6 has nothing more to show.
            if !has(asked).await {
                continue;
            }
            let mut listener = Listener::bind((asked, 0).into()).await.unwrap();
            let port = listener.port().unwrap();
            for host in LOOPBACK {
                if has(host).await {
                    let (stream, (_, from)) =
                        tokio::join!(TcpStream::connect((host, port)), listener.accept());
                    assert_eq!(stream.unwrap().local_addr().unwrap(), from, "{asked} {host}");
                }
            }
        }
    }

    /// Proves: listener-localhost
    #[tokio::test]
    async fn another_program_at_either_of_them_is_in_the_way() {
        for other in LOOPBACK {
            let Ok(program) = TcpListener::bind((other, 0)).await else { continue };
            let port = program.local_addr().unwrap().port();
            for asked in LOOPBACK {
                if has(asked).await {
                    let error = Listener::bind((asked, port).into()).await.unwrap_err();
                    assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{asked} beside {other}");
                }
            }
        }
    }

    #[tokio::test]
    async fn any_other_address_is_one() {
        let listener = Listener::bind((Ipv4Addr::new(127, 0, 0, 2), 0).into()).await.unwrap();
        assert_eq!(listener.second_addr(), None);
    }
}
