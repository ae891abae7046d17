//! How much of a server one peer may have, and everybody together.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutWriter;

/// What a server gives to those who connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at the same time. Who comes then waits to be accepted.
    pub connections: usize,
    /// Of these, those of one [`Peer`]. More are closed as they come. Behind a proxy all connections are from one address: give it all of them.
    pub connections_per_peer: usize,
    /// From the moment that a connection waits for a request until the request's head is there. So an idle connection is
    /// kept for as long, and half a request holds one no longer.
    pub head: Duration,
    /// How long a client may take nothing of an answer before its connection is cut.
    pub stalled: Duration,
    /// The size of a request's head, in bytes.
    pub head_size: usize,
}

/// A connection that is cut when the client takes nothing for too long.
pub(crate) type Timed = Pin<Box<TimeoutWriter<TcpStream>>>;

impl Limits {
    pub(crate) fn timed(&self, stream: TcpStream) -> Timed {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.stalled));
        Box::pin(stream)
    }
}

impl Default for Limits {
    /// Below the 1,024 files that a process may have open where nobody has said otherwise.
    fn default() -> Self {
        Self {
            connections: 800,
            connections_per_peer: 200,
            head: Duration::from_secs(15),
            stalled: Duration::from_secs(20),
            head_size: 32 * 1024,
        }
    }
}

/// Whoever is at the other end, as far as an address tells: one customer of an internet provider. It is among the
/// extensions of each request that came over a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(IpAddr);

impl Peer {
    /// An IPv4 address, or the network of 64 bits that a provider gives out in IPv6.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            // This very machine, and not a network of them.
            IpAddr::V6(Ipv6Addr::LOCALHOST) => Self(Ipv6Addr::LOCALHOST.into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }

    /// Whether it is this very machine.
    pub fn is_loopback(&self) -> bool {
        self.0.is_loopback()
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who is connected, and how often. Nobody is remembered who is not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peers(Arc<Mutex<HashMap<Peer, usize>>>);

/// A connection that counts until this is dropped.
#[derive(Debug)]
pub(crate) struct Connected {
    peers: Peers,
    peer: Peer,
}

impl Peers {
    /// Counts a connection of this peer, if they may have one more than they have.
    pub(crate) fn admit(&self, peer: Peer, most: usize) -> Option<Connected> {
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = peers.get(&peer).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        peers.insert(peer, count + 1);
        drop(peers);
        Some(Connected { peers: self.clone(), peer })
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut peers = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        match peers.get_mut(&self.peer) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(peers.remove(&self.peer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_peer_has_its_own_count_and_gets_back_what_it_gives_back() {
        let peers = Peers::default();
        let admit = |address: &str| peers.admit(Peer::of(address.parse().unwrap()), 2);
        let (first, second) = (admit("192.0.2.1"), admit("192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(admit("192.0.2.1").is_none(), "a third");
        assert!(admit("::ffff:192.0.2.1").is_none(), "the same address, written as one of IPv6");
        assert!(admit("192.0.2.2").is_some(), "somebody else");
        drop(first);
        let third = admit("192.0.2.1");
        assert!(third.is_some() && admit("192.0.2.1").is_none());
        drop((second, third));
        assert!(peers.0.lock().unwrap().is_empty(), "nobody is left");
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.8.9.10", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("::2", false),
            ("192.0.2.1", false),
            ("::ffff:192.0.2.1", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(Peer::of(address.parse().unwrap()).is_loopback(), expected, "{address}");
        }
    }

    /// Proves: connections-per-peer
    #[test]
    fn a_network_of_64_bits_is_one_peer() {
        let peers = Peers::default();
        let admit = |address: &str| peers.admit(Peer::of(address.parse().unwrap()), 1);
        let _first = admit("2001:db8:0:1::1").unwrap();
        assert!(admit("2001:db8:0:1:ffff::2").is_none());
        assert!(admit("2001:db8:0:2::1").is_some());
    }
}
