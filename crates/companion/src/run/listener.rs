//! What the companion listens with.

use std::io;

use axum::serve::Listener as Accept;
use tokio::net::{TcpListener, TcpStream};

use crate::address::Address;

/// How often the system may choose another port, where the choice is its own.
const CHOICES: usize = 16;

/// A listener at an address, and at both addresses of `localhost`: which of them a browser tries first is its own affair.
#[derive(Debug)]
pub(super) struct Listener {
    first: TcpListener,
    /// None where there is no IPv6.
    second: Option<TcpListener>,
}

impl Listener {
    pub(super) async fn bind(address: &Address) -> io::Result<Self> {
        let choices = if address.port() == 0 { CHOICES } else { 1 };
        for _ in 1..choices {
            match Self::try_bind(address).await {
                // What the system chose is free in IPv4 and taken in IPv6.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                bound => return bound,
            }
        }
        Self::try_bind(address).await
    }

    async fn try_bind(address: &Address) -> io::Result<Self> {
        let (first, second) = address.to_bind();
        let first = TcpListener::bind(first).await?;
        let Some((host, _)) = second else { return Ok(Self { first, second: None }) };
        match TcpListener::bind((host, first.local_addr()?.port())).await {
            Ok(second) => Ok(Self { first, second: Some(second) }),
            // Whoever opens `localhost` would perhaps reach the other program.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
            // No IPv6 here.
            Err(_) => Ok(Self { first, second: None }),
        }
    }

    pub(super) fn port(&self) -> io::Result<u16> {
        Ok(self.first.local_addr()?.port())
    }
}

impl Accept for Listener {
    type Io = TcpStream;
    type Addr = std::net::SocketAddr;

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
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn localhost(port: u16) -> Address {
        format!("localhost:{port}").parse().unwrap()
    }

    #[tokio::test]
    async fn localhost_is_both_of_its_addresses() {
        let mut listener = Listener::bind(&localhost(0)).await.unwrap();
        let port = listener.port().unwrap();
        let (_, from) = tokio::join!(
            async { TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap() },
            listener.accept()
        );
        assert!(from.1.is_ipv4());
        // A machine without IPv6 has nothing more to show.
        if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok() {
            let (_, from) = tokio::join!(
                async { TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await.unwrap() },
                listener.accept()
            );
            assert!(from.1.is_ipv6());
        }
    }

    #[tokio::test]
    async fn another_program_at_either_of_them_is_in_the_way() {
        for host in ["127.0.0.1", "::1"] {
            let Ok(other) = TcpListener::bind((host, 0)).await else { continue };
            let error = Listener::bind(&localhost(other.local_addr().unwrap().port())).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{host}");
        }
    }
}
