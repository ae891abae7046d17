//! Sends what scripts want to be sent, to the hosts that `tenant.toml` allows and to no other: neither by a redirect, nor by
//! a name that leads into a private network.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use actions::{Network, Reply, Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, Url};
use tokio::runtime::Handle;

use crate::config::ScriptSettings;

const MAX_REDIRECTS: usize = 5;
/// Of a response, in bytes.
const MAX_BODY: usize = 1 << 20;
/// What belongs to the connection, and not to scripts.
const OWN_HEADERS: [HeaderName; 8] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
];

#[derive(Debug)]
pub(crate) struct ScriptNetwork {
    hosts: Arc<AllowedHosts>,
    http: Client,
    runtime: Handle,
}

impl ScriptNetwork {
    /// Nothing where no host is allowed. It has to be called in a runtime, which sends.
    pub(crate) fn open(settings: &ScriptSettings) -> Result<Option<Self>, String> {
        if settings.allowed_hosts.is_empty() && settings.private_hosts.is_empty() {
            return Ok(None);
        }
        let hosts = Arc::new(AllowedHosts::new(settings));
        let runtime = Handle::try_current().map_err(|error| error.to_string())?;
        // No proxy: it would look names up by itself, and nobody would see where they lead.
        let http = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(CheckedResolver(Arc::clone(&hosts))))
            .build()
            .map_err(|error| told(&error))?;
        Ok(Some(Self { hosts, http, runtime }))
    }
}

impl Network for ScriptNetwork {
    fn send(&self, request: Request, deadline: Instant, reply: Reply) {
        let (hosts, http) = (Arc::clone(&self.hosts), self.http.clone());
        self.runtime.spawn(async move {
            let sent = tokio::time::timeout_at(deadline.into(), send(&hosts, &http, request));
            let response =
                sent.await.unwrap_or_else(|_| Err("it took longer than scripts may take".to_owned()));
            reply(response);
        });
    }
}

async fn send(hosts: &AllowedHosts, http: &Client, request: Request) -> Result<Response, String> {
    let mut url = Url::parse(&request.url).map_err(|error| format!("{}: {error}", request.url))?;
    let mut method =
        Method::from_bytes(request.method.as_bytes()).map_err(|_| "the method is none".to_owned())?;
    let (mut headers, mut body) = (headers(&request.headers)?, request.body);
    for _ in 0..=MAX_REDIRECTS {
        hosts.check(&url)?;
        let mut sent = http.request(method.clone(), url.clone()).headers(headers.clone());
        if let Some(body) = &body {
            sent = sent.body(body.clone());
        }
        let response = sent.send().await.map_err(|error| told(&error))?;
        let next = redirect_target(&url, &response).filter(|_| request.follows_redirects);
        let Some(next) = next else { return read(response).await };
        let status = response.status();
        let changes =
            matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) && method == Method::POST;
        if changes || (status == StatusCode::SEE_OTHER && method != Method::HEAD) {
            (method, body) = (Method::GET, None);
            headers.remove(header::CONTENT_TYPE);
        }
        // What a script shows to one server is not for another.
        if next.origin() != url.origin() {
            headers.remove(header::AUTHORIZATION);
            headers.remove(header::COOKIE);
        }
        url = next;
    }
    Err(format!("there were more than {MAX_REDIRECTS} redirects"))
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let wrong = || format!("the header {name:?} is none");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        if !OWN_HEADERS.contains(&name) {
            headers.append(name, value);
        }
    }
    headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static("node"));
    Ok(headers)
}

fn redirect_target(url: &Url, response: &reqwest::Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    url.join(response.headers().get(header::LOCATION)?.to_str().ok()?).ok()
}

async fn read(mut response: reqwest::Response) -> Result<Response, String> {
    let (url, status) = (response.url().to_string(), response.status());
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| told(&error))? {
        body.extend_from_slice(&part);
        if body.len() > MAX_BODY {
            return Err(format!("the response has more than {MAX_BODY} bytes"));
        }
    }
    let status_text = status.canonical_reason().unwrap_or_default().to_owned();
    Ok(Response { url, status: status.as_u16(), status_text, headers, body })
}

/// The innermost reason, which is the one that says something. Without the address: its query may hold a secret.
fn told(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[derive(Debug)]
struct AllowedHosts {
    allowed: Vec<AllowedHost>,
    private: Vec<AllowedHost>,
}

/// `api.example.com`, `*.example.com` (what is below it), and perhaps a port; otherwise it is the usual one.
#[derive(Debug)]
struct AllowedHost {
    name: String,
    port: Option<u16>,
}

impl AllowedHost {
    fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let (name, port) = match text.rsplit_once(':') {
            // The colon of an IPv6 address is before its bracket.
            Some((name, port)) if !port.ends_with(']') => (name.to_owned(), port.parse().ok()),
            _ => (text, None),
        };
        Self { name, port }
    }

    fn is_name(&self, host: &str) -> bool {
        match self.name.strip_prefix('*') {
            Some(below) => host.len() > below.len() && host.ends_with(below),
            None => self.name == host,
        }
    }
}

impl AllowedHosts {
    fn new(settings: &ScriptSettings) -> Self {
        let hosts = |texts: &[String]| texts.iter().map(|text| AllowedHost::new(text)).collect();
        Self { allowed: hosts(&settings.allowed_hosts), private: hosts(&settings.private_hosts) }
    }

    fn check(&self, url: &Url) -> Result<(), String> {
        let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
        let usual = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(format!("{scheme}: addresses are not allowed; http and https are")),
        };
        let port = url.port().unwrap_or(usual);
        let is_allowed = |it: &AllowedHost| it.is_name(host) && it.port.unwrap_or(usual) == port;
        if self.allowed.iter().chain(&self.private).any(is_allowed) {
            return Ok(());
        }
        let shown = if port == usual { host.to_owned() } else { format!("{host}:{port}") };
        Err(format!("{shown} is not allowed: it is not among allowed_hosts under [scripts] in tenant.toml"))
    }

    /// Those addresses of a name that may be reached.
    fn reachable(
        &self,
        host: &str,
        found: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, String> {
        let may_be_private = self.may_be_private(host);
        let allowed: Vec<SocketAddr> = found.filter(|it| may_be_private || is_public(it.ip())).collect();
        if allowed.is_empty() {
            return Err(format!(
                "{host} is not allowed: its name leads to a private address; private_hosts under [scripts] in tenant.toml can name it"
            ));
        }
        Ok(allowed)
    }

    /// `localhost` says by itself where it leads, and so does an address; any other name has to be a private one.
    fn may_be_private(&self, host: &str) -> bool {
        host == "localhost" || host.ends_with(".localhost") || self.private.iter().any(|it| it.is_name(host))
    }
}

/// Looks names up, and leaves out what scripts may not reach.
struct CheckedResolver(Arc<AllowedHosts>);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let hosts = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str().to_ascii_lowercase();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let allowed = hosts.reachable(&host, found).map_err(io::Error::other)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet: not of this machine, of a private network, or of none.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && b & 0xfe == 18))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    if let Some(address) = address.to_ipv4_mapped() {
        return is_public_v4(address);
    }
    match parts {
        // An IPv4 address inside: translated, or behind 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        [first, ..] => first & 0xe000 == 0x2000 && !matches!(parts, [0x2001, 0xdb8 | 0, ..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(allowed: &[&str], private: &[&str]) -> AllowedHosts {
        let texts = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        AllowedHosts::new(&ScriptSettings {
            allowed_hosts: texts(allowed),
            private_hosts: texts(private),
            ..ScriptSettings::default()
        })
    }

    #[test]
    fn only_named_hosts_are_allowed() {
        let hosts = hosts(
            &["api.example.com", "*.wild.example", "localhost:9000", "[::1]:9001"],
            &["intranet.example"],
        );
        for (url, expected) in [
            ("https://api.example.com/x", true),
            ("https://API.example.com/", true),
            ("http://api.example.com/", true),
            ("https://api.example.com:8443/", false),
            ("https://evil.example/?api.example.com", false),
            ("https://api.example.com.evil.example/", false),
            ("https://api.example.com@evil.example/", false),
            ("https://a.wild.example/", true),
            ("https://wild.example/", false),
            ("https://notwild.example/", false),
            ("http://localhost:9000/", true),
            ("http://localhost/", false),
            ("http://127.0.0.1:9000/", false),
            ("http://[::1]:9001/", true),
            ("https://intranet.example/", true),
            ("ftp://api.example.com/", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(hosts.check(&Url::parse(url).unwrap()).is_ok(), expected, "{url}");
        }
    }

    #[test]
    fn private_addresses_are_known() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    /// A public name whose owner lets it lead to this machine reaches nothing.
    #[test]
    fn names_that_lead_to_private_addresses_are_named() {
        let hosts = hosts(&["api.example.com"], &["intranet.example"]);
        let addresses = || {
            ["127.0.0.1:0", "10.0.0.1:0", "[::1]:0", "1.1.1.1:0"].map(|it| it.parse().unwrap()).into_iter()
        };
        let public: SocketAddr = "1.1.1.1:0".parse().unwrap();
        assert_eq!(hosts.reachable("api.example.com", addresses()).unwrap(), [public]);
        assert!(
            hosts.reachable("api.example.com", addresses().take(3)).unwrap_err().contains("private address")
        );
        assert_eq!(hosts.reachable("intranet.example", addresses()).unwrap().len(), 4);
        assert_eq!(hosts.reachable("localhost", addresses()).unwrap().len(), 4);
    }
}
