//! The names under which this machine is reached.

use std::env;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use rustls::pki_types::ServerName;

use crate::error::TlsError;

/// Host names and IP addresses, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(Vec<ServerName<'static>>);

impl Names {
    /// `localhost`, the names and addresses of this machine that it knows itself, and `more`.
    pub fn of_this_machine(more: &[String]) -> Result<Self, TlsError> {
        let loopback =
            ["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string(), Ipv6Addr::LOCALHOST.to_string()];
        // What is no host name for certificates is left out: nobody has asked for it.
        let found = host_name().into_iter().chain(addresses()).filter(|name| parse(name).is_ok());
        let mut names = Vec::new();
        for name in loopback.into_iter().chain(found).chain(more.iter().cloned()) {
            let name = parse(&name)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(Self(names))
    }

    /// One name alone.
    pub(crate) fn of(name: &str) -> Result<Self, TlsError> {
        Ok(Self(vec![parse(name)?]))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ServerName<'static>> {
        self.0.iter()
    }

    /// As people write them.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|name| name.to_str().into_owned()).collect()
    }
}

/// `[::1]` is an address too: so it stands in a URL.
fn parse(name: &str) -> Result<ServerName<'static>, TlsError> {
    let plain = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    ServerName::try_from(plain).map_err(|_| TlsError::Name(name.to_owned()))
}

/// This machine's name, and the one that other devices in its network find it by (mDNS).
pub(crate) fn host_name() -> Vec<String> {
    let of_system = || fs::read_to_string("/etc/hostname").ok();
    let name =
        env::var("COMPUTERNAME").ok().or_else(of_system).unwrap_or_default().trim().to_ascii_lowercase();
    let is_name = !name.is_empty() && name != "localhost" && parse(&name).is_ok();
    let local = if name.contains('.') { None } else { Some(format!("{name}.local")) };
    if is_name { [Some(name), local].into_iter().flatten().collect() } else { Vec::new() }
}

/// The addresses from which this machine would reach others. Nothing is sent: a connected UDP socket knows its own address.
fn addresses() -> Vec<String> {
    // Of the networks for documentation, where nobody is.
    let others: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    let address = |(from, to): (IpAddr, IpAddr)| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect(SocketAddr::new(to, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let found = others.into_iter().filter_map(address).filter(is_local);
    found.map(|ip| ip.to_string()).collect()
}

/// Whether it is one of a network of one's own. The authority vouches for no others by itself.
fn is_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_host_names_and_addresses_once_each() {
        let more = ["phone.local", "PHONE.local", "192.168.7.20", "[::1]", "localhost"].map(str::to_owned);
        let names = Names::of_this_machine(&more).unwrap().texts();
        assert_eq!(&names[..3], ["localhost", "127.0.0.1", "::1"]);
        let count = |name: &str| names.iter().filter(|other| *other == name).count();
        for name in ["localhost", "::1", "phone.local", "192.168.7.20"] {
            assert_eq!(count(name), 1, "{name}: {names:?}");
        }
        for wrong in ["", "https://localhost", "a b", "localhost:8090", "-"] {
            let error = Names::of_this_machine(&[wrong.to_owned()]).unwrap_err().to_string();
            assert!(error.contains("neither a host name nor an IP address"), "{wrong}: {error}");
        }
    }
}
