//! Where a program listens, as people type it: `8080`, `localhost:8080` or `http://localhost:8080`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A host and a port, reached over plain HTTP unless it is made [`secure`](Address::secure).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    is_secure: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no address to listen at: write PORT, HOST:PORT or http://HOST:PORT, as in localhost:8080"
)]
pub struct AddressError {
    pub text: String,
}

impl Address {
    /// The same host with another port: a listener that asked for port 0 gets one from the system.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        Self { port, ..self.clone() }
    }

    /// The same, reached over HTTPS.
    #[must_use]
    pub fn secure(&self) -> Self {
        Self { is_secure: true, ..self.clone() }
    }

    /// The host, as a certificate names it; nothing for a listener on every interface.
    pub fn host(&self) -> Option<&str> {
        let plain = self.host.trim_matches(['[', ']']);
        let is_every = plain.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified());
        (!is_every).then_some(plain)
    }

    /// The port; 0 is a new one each time.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether both mean one listener.
    pub fn is_same(&self, other: &Self) -> bool {
        self.port != 0 && self.to_bind().0 == other.to_bind().0
    }

    /// What to listen at. `localhost` is two addresses, and some machines lack the second.
    pub fn to_bind(&self) -> ((String, u16), Option<(String, u16)>) {
        let at = |host: String| (host, self.port);
        match self.host.as_str() {
            "localhost" => (at(Ipv4Addr::LOCALHOST.to_string()), Some(at(Ipv6Addr::LOCALHOST.to_string()))),
            host => (at(host.trim_matches(['[', ']']).to_owned()), None),
        }
    }

    /// The same address as another program's argument: the origin of a listener on every interface is only one of its
    /// names.
    pub fn to_argument(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The origin under which browsers reach it, as in `http://localhost:8080`.
    pub fn origin(&self) -> String {
        origin(self.is_secure, self.name(), self.port)
    }

    /// The origin, and for this machine the other names it goes by: people type `127.0.0.1` too.
    pub fn origins(&self) -> Vec<String> {
        let name = self.name();
        let mut origins = vec![self.origin()];
        if name == "localhost" || name == "127.0.0.1" {
            let other = if name == "localhost" { "127.0.0.1" } else { "localhost" };
            origins.push(origin(self.is_secure, other, self.port));
        }
        origins
    }

    /// A listener on every interface has no name of its own; this machine's is one that works.
    fn name(&self) -> &str {
        match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => "localhost",
            _ => &self.host,
        }
    }
}

/// The scheme's own port is left out, as browsers do in `Origin`.
fn origin(is_secure: bool, name: &str, port: u16) -> String {
    let (scheme, usual) = if is_secure { ("https", 443) } else { ("http", 80) };
    if port == usual { format!("{scheme}://{name}") } else { format!("{scheme}://{name}:{port}") }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError { text: text.to_owned() };
        let (plain, is_url) = match text.strip_prefix("http://") {
            Some(rest) => (rest.trim_end_matches('/'), true),
            None => (text, false),
        };
        if let Ok(port) = plain.parse() {
            return Ok(Self { host: "localhost".to_owned(), port, is_secure: false });
        }
        let (host, port) = match plain.rsplit_once(':') {
            Some((host, port)) if !plain.ends_with(']') => (host, port.parse().map_err(|_| wrong())?),
            _ if is_url => (plain, 80),
            _ => return Err(wrong()),
        };
        let name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let is_name = !host.is_empty() && host.chars().all(name);
        let is_v6 = host
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
            .is_some_and(|it| it.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()));
        let address = || Self { host: host.to_ascii_lowercase(), port, is_secure: false };
        if is_name || is_v6 { Ok(address()) } else { Err(wrong()) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn a_port_a_pair_and_a_url_say_the_same() {
        for text in
            ["8080", "localhost:8080", "http://localhost:8080", "http://LOCALHOST:8080/", "0.0.0.0:8080"]
        {
            assert_eq!(read(text).origin(), "http://localhost:8080", "{text}");
        }
        assert_eq!(read("http://bank.test").origin(), "http://bank.test");
        assert_eq!(read("[::1]:8080").origin(), "http://[::1]:8080");
        assert_eq!(read("8080").secure().origin(), "https://localhost:8080");
        assert_eq!(read("bank.test:443").secure().origin(), "https://bank.test");
        assert_eq!((read("0.0.0.0:1").host(), read("[::1]:1").host()), (None, Some("::1")));
    }

    #[test]
    fn what_is_bound_is_an_address_of_this_machine() {
        let at = |host: &str| (host.to_owned(), 1);
        assert_eq!(read("localhost:1").to_bind(), (at("127.0.0.1"), Some(at("::1"))));
        assert_eq!(read("[::1]:1").to_bind(), (at("::1"), None));
        assert_eq!(read("0.0.0.0:1").to_bind(), (at("0.0.0.0"), None));
        assert!(read("localhost:1").is_same(&read("127.0.0.1:1")) && !read("0").is_same(&read("0")));
        assert_eq!(
            read("8080").with_port(1234).origins(),
            ["http://localhost:1234", "http://127.0.0.1:1234"]
        );
        assert_eq!(read("bank.test:1").origins(), ["http://bank.test:1"]);
    }

    #[test]
    fn an_argument_says_the_same() {
        for text in ["8080", "0.0.0.0:1", "[::1]:2", "http://bank.test"] {
            assert_eq!(read(&read(text).to_argument()), read(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_text() {
        for text in [
            "",
            "localhost",
            "https://localhost:1",
            "localhost:x",
            "localhost:70000",
            ":1",
            "a b:1",
            "::1:1",
            "http://",
        ] {
            assert_eq!(text.parse::<Address>(), Err(AddressError { text: text.to_owned() }), "{text}");
        }
    }
}
