//! Absolute URLs, as the parser reads them that will also be used.
//!
//! Two parsers of one text may see two different hosts, so the core brings none of its own along. The shell hands in the
//! browser's, the one behind `fetch` and `location`, and the core judges what that one saw.

use alloc::string::String;
use core::net::Ipv4Addr;
use url::form_urlencoded;

/// A parser of absolute URLs (WHATWG URL 4.4, without a base). `None` for what is no absolute URL.
pub type ParseUrl = fn(&str) -> Option<UrlParts>;

/// What a parser sees in an absolute URL, by the names of the `URL` interface (WHATWG URL 6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlParts {
    /// The whole URL in its one written form.
    pub href: String,
    /// The scheme with its colon: `https:`.
    pub protocol: String,
    /// Before the `@`: empty when there is none.
    pub username: String,
    /// Before the `@`, after a colon: empty when there is none.
    pub password: String,
    /// A name in lower case, or an address in its one written form; IPv6 in brackets.
    pub hostname: String,
}

/// An absolute URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUrl(String);

impl WebUrl {
    /// Any absolute URL: for the page's own address, which the browser has already trusted.
    pub(crate) fn parse(text: &str, parse: ParseUrl) -> Option<Self> {
        parse(text).map(|parts| Self(parts.href))
    }

    /// https, or http on this very machine: tokens travel over nothing else. Without fragment and credentials.
    pub(crate) fn trustworthy(text: &str, parse: ParseUrl) -> Option<Self> {
        parse(text).filter(is_trustworthy).map(|parts| Self(parts.href))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port, and the rest: the path with its slash, and the query.
    fn split(&self) -> (&str, &str) {
        let host = self.0.find(':').map_or(0, |at| at + "://".len());
        self.0.split_at(self.0[host..].find('/').map_or(self.0.len(), |at| host + at))
    }

    /// Its path without a slash at the end.
    pub(crate) fn path(&self) -> &str {
        self.split().1.split('?').next().unwrap_or_default().trim_end_matches('/')
    }

    /// Is it of the same origin (WHATWG HTML 7.1.1)?
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        self.split().0 == other.split().0
    }

    /// What is below this URL: its own last segment stays, its query does not.
    pub(crate) fn below(&self, path: &str) -> Self {
        let base = self.0.split('?').next().unwrap_or_default();
        let slash = if base.ends_with('/') { "" } else { "/" };
        Self([base, slash, path].concat())
    }

    /// With these parameters after those that are there. A blank is `%20`: `+` would be right too, but is not read by
    /// everybody.
    pub(crate) fn with_query(&self, parameters: &[(&str, &str)]) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let separator = if self.0.contains('?') { "&" } else { "?" };
        Self([self.0.as_str(), separator, &query.replace('+', "%20")].concat())
    }
}

fn is_trustworthy(url: &UrlParts) -> bool {
    let secure = match url.protocol.as_str() {
        "https:" => !url.hostname.is_empty(),
        "http:" => is_local(&url.hostname),
        _ => false,
    };
    secure && !url.href.contains('#') && url.username.is_empty() && url.password.is_empty()
}

/// `localhost`, `*.localhost` and the loopback addresses (the "potentially trustworthy" hosts of Secure Contexts 3.1).
fn is_local(hostname: &str) -> bool {
    hostname == "localhost"
        || hostname.ends_with(".localhost")
        || hostname == "[::1]"
        || hostname.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

/// The parser of the host's tests: as the URL Standard has it, like the browser's.
#[cfg(test)]
pub(crate) fn parse_with_url_crate(text: &str) -> Option<UrlParts> {
    let url = url::Url::parse(text).ok()?;
    Some(UrlParts {
        protocol: format!("{}:", url.scheme()),
        username: url.username().into(),
        password: url.password().unwrap_or_default().into(),
        hostname: url.host_str().unwrap_or_default().into(),
        href: url.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(text: &str) -> Option<String> {
        WebUrl::trustworthy(text, parse_with_url_crate).map(|url| url.0)
    }

    /// Proves: threat-open-redirect
    #[test]
    fn trusts_https_and_localhost_only() {
        for good in [
            "https://bank.example/",
            "https://bank.example:8443/api?x=1",
            "http://localhost:8090/",
            "http://id.localhost/",
            "http://127.0.0.1:3000/",
            "http://127.1/",
            "http://[::1]:3000/",
        ] {
            assert!(trusted(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "bank",
            "/balance",
            "//bank.example/",
            "http://bank.example/",
            "http://10.0.0.1/",
            "http://localhost.bank.example/",
            "http://notlocalhost/",
            "http://[::2]/",
            "http://127.0.0.1.example/",
            "https://bank.example/#",
            "https://user@bank.example/",
            "https://:password@bank.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:https://bank.example/1",
            "https://",
        ] {
            assert_eq!(trusted(bad), None, "{bad}");
        }
        assert_eq!(trusted("HTTPS://BANK.example\\x").as_deref(), Some("https://bank.example/x"));
    }

    #[test]
    fn base_keeps_last_segment() {
        for (base, expected) in [
            ("https://api.example", "https://api.example/balance"),
            ("https://api.example/v1", "https://api.example/v1/balance"),
            ("https://api.example/v1/?x=1", "https://api.example/v1/balance"),
        ] {
            let base = WebUrl::parse(base, parse_with_url_crate).unwrap();
            assert_eq!(base.below("balance").as_str(), expected);
        }
    }

    #[test]
    fn parameters_are_appended() {
        let url = |text| WebUrl::parse(text, parse_with_url_crate).unwrap();
        let pairs = [("a b", "c+d & é"), ("e", "")];
        let query = "a%20b=c%2Bd%20%26%20%C3%A9&e=";
        assert_eq!(url("https://x").with_query(&pairs).as_str(), format!("https://x/?{query}"));
        assert_eq!(url("https://x/?t=1").with_query(&pairs).as_str(), format!("https://x/?t=1&{query}"));
    }
}
