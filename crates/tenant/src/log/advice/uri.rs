//! An address that was sent, beside one that is registered, and in what they differ.

use serde::{Deserialize, Serialize};

const MAX_COMPARISONS: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comparison {
    pub(crate) sent: String,
    pub(crate) registered: String,
    /// In what they differ, as a sentence.
    pub(crate) difference: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    /// The other address has something else here, or nothing.
    pub(crate) differs: bool,
}

impl Comparison {
    /// Both addresses in pieces, those that differ apart from those that are the same.
    pub(crate) fn parts(&self) -> [Vec<Piece<'_>>; 2] {
        let mut both = [Vec::new(), Vec::new()];
        let (sent, registered) = (components(&self.sent), components(&self.registered));
        let most = sent.len().max(registered.len());
        for at in 0..most {
            let a = sent.get(at).copied().unwrap_or_default();
            let b = registered.get(at).copied().unwrap_or_default();
            for (pieces, split) in both.iter_mut().zip(apart(a, b)) {
                pieces.extend(
                    split
                        .into_iter()
                        .zip([false, true, false])
                        .filter(|(text, _)| !text.is_empty())
                        .map(|(text, differs)| Piece { text, differs }),
                );
            }
        }
        both
    }

    fn distance(&self) -> usize {
        self.parts().iter().flatten().filter(|piece| piece.differs).map(|piece| piece.text.len()).sum()
    }
}

/// An address cut before its host, port, path, query and fragment, and nothing left out.
fn components(uri: &str) -> Vec<&str> {
    let Some(parts) = Parts::of(uri) else { return vec![uri] };
    let lengths = [
        parts.scheme.len() + "://".len(),
        parts.host.len(),
        if parts.port.is_empty() { 0 } else { 1 + parts.port.len() },
        parts.path.len(),
        parts.query.map_or(0, |query| 1 + query.len()),
    ];
    let mut rest = uri;
    let mut cut: Vec<&str> = Vec::new();
    for length in lengths {
        let (component, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        cut.push(component);
        rest = after;
    }
    cut.push(rest);
    cut
}

/// Two texts in three pieces each: the same beginning, what differs, the same end. A number or a name that differs does
/// so as a whole.
fn apart<'a>(a: &'a str, b: &'a str) -> [[&'a str; 3]; 2] {
    if !a.starts_with('/') || !b.starts_with('/') {
        return if a == b { [[a, "", ""], [b, "", ""]] } else { [["", a, ""], ["", b, ""]] };
    }
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    let start: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
    let rest = |text: &'a str| text.get(start..).unwrap_or_default();
    let same = rest(a).chars().rev().zip(rest(b).chars().rev()).take_while(|(a, b)| a == b);
    let end: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
    [split(a, start, end), split(b, start, end)]
}

fn split(text: &str, start: usize, end: usize) -> [&str; 3] {
    let (first, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let (middle, last) = rest.split_at_checked(rest.len().saturating_sub(end)).unwrap_or((rest, ""));
    [first, middle, last]
}

/// Compares with each, the most alike first.
pub(super) fn compare(sent: &str, registered: &[String]) -> Vec<Comparison> {
    let one = |registered: &String| Comparison {
        sent: sent.to_owned(),
        registered: registered.clone(),
        difference: difference(sent, registered),
    };
    let mut all: Vec<Comparison> = registered.iter().map(one).collect();
    all.sort_by_key(Comparison::distance);
    all.truncate(MAX_COMPARISONS);
    all
}

struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once("://")?;
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(at)?;
        // A colon in an IPv6 address, or of a password, stands before no port.
        let is_port = |colon: &usize| {
            !authority.contains('@') && !authority.get(*colon..).is_some_and(|it| it.contains(']'))
        };
        let colon = authority.rfind(':').filter(is_port);
        let (host, port) = authority.split_at_checked(colon.unwrap_or(authority.len()))?;
        Some(Self { scheme, host, port: port.trim_start_matches(':'), path, query, fragment })
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn difference(sent: &str, registered: &str) -> String {
    if sent == registered {
        return "They are the same.".to_owned();
    }
    let (Some(a), Some(b)) = (Parts::of(sent), Parts::of(registered)) else {
        return "What was sent is not an absolute address such as https://app.example/callback.".to_owned();
    };
    let mut said = Vec::new();
    if a.scheme != b.scheme {
        said.push(format!("The scheme is {:?} instead of {:?}.", a.scheme, b.scheme));
    }
    if a.host.contains('@') {
        said.push(
            "It has a name or password before the host, which is no part of a redirect URI.".to_owned(),
        );
    } else if a.host != b.host {
        said.push(host(a.host, b.host));
    }
    if a.port != b.port {
        let named = |port: &str| if port.is_empty() { "none".to_owned() } else { port.to_owned() };
        said.push(format!("The port is {} instead of {}.", named(a.port), named(b.port)));
    }
    if a.path != b.path {
        said.push(path(a.path, b.path));
    }
    match (a.query, b.query) {
        (Some(_), None) => {
            said.push("It has a query (after '?'), which the registered one has not.".to_owned());
        }
        (None, Some(_)) => said.push("It lacks the query (after '?') of the registered one.".to_owned()),
        (a, b) if a != b => said.push("The query (after '?') is another.".to_owned()),
        _ => {}
    }
    if a.fragment.is_some() {
        said.push("It has a fragment (after '#'), which no redirect URI may have.".to_owned());
    }
    said.join(" ")
}

fn host(sent: &str, registered: &str) -> String {
    const HERE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
    if sent.eq_ignore_ascii_case(registered) {
        format!("The host is {sent:?} instead of {registered:?}: upper and lower case count.")
    } else if HERE.contains(&sent) && HERE.contains(&registered) {
        format!(
            "The host is {sent:?} instead of {registered:?}: both are this machine, and they are different origins."
        )
    } else {
        format!("The host is {sent:?} instead of {registered:?}.")
    }
}

fn path(sent: &str, registered: &str) -> String {
    let slash = |path: &str| format!("{path}/");
    if sent == slash(registered) {
        "There is a slash too many at the end.".to_owned()
    } else if slash(sent) == registered {
        "The slash at the end is missing.".to_owned()
    } else if sent.eq_ignore_ascii_case(registered) {
        format!("The path is {sent:?} instead of {registered:?}: upper and lower case count.")
    } else {
        format!("The path is {sent:?} instead of {registered:?}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_difference() {
        let registered = "http://localhost:8080/callback";
        for (sent, expected) in [
            ("http://localhost:8080/callback/", "There is a slash too many at the end."),
            ("https://localhost:8080/callback", "The scheme is \"https\" instead of \"http\"."),
            ("http://localhost:3000/callback", "The port is 3000 instead of 8080."),
            ("http://localhost/callback", "The port is none instead of 8080."),
            ("http://localhost:8080/Callback", "upper and lower case count."),
            ("http://127.0.0.1:8080/callback", "both are this machine, and they are different origins."),
            ("http://localhost:8080/", "The path is \"/\" instead of \"/callback\"."),
            ("http://localhost:8080/callback?a=b", "It has a query"),
            ("http://localhost:8080/callback#", "It has a fragment"),
            ("http://localhost:8080@evil.example/callback", "a name or password before the host"),
            ("http://[::1]:8080/callback", "both are this machine"),
            ("//evil.example/callback", "is not an absolute address"),
            ("javascript:alert(1)", "is not an absolute address"),
            ("", "is not an absolute address"),
        ] {
            let said = difference(sent, registered);
            assert!(said.contains(expected), "{sent}: {said}");
        }
    }

    #[test]
    fn marks_differences_and_sorts_by_similarity() {
        let registered = ["https://a.example/x".to_owned(), "http://localhost:8080/callback".to_owned()];
        let shown = |sent: &str| {
            let compared = compare(sent, &registered);
            let parts = compared.first().unwrap().parts();
            parts.map(|pieces| {
                let marked =
                    |it: &Piece<'_>| if it.differs { format!("[{}]", it.text) } else { it.text.to_owned() };
                pieces.iter().map(marked).collect::<String>()
            })
        };
        for (sent, marked, other) in [
            (
                "http://localhost:3000/callback",
                "http://localhost[:3000]/callback",
                "http://localhost[:8080]/callback",
            ),
            ("http://localhost/callback", "http://localhost/callback", "http://localhost[:8080]/callback"),
            (
                "http://localhost:8080/callback/",
                "http://localhost:8080/callback[/]",
                "http://localhost:8080/callback",
            ),
            (
                "http://localhost:8080/Callback",
                "http://localhost:8080/[C]allback",
                "http://localhost:8080/[c]allback",
            ),
            (
                "http://127.0.0.1:8080/é?x#y",
                "http://[127.0.0.1]:8080/[é][?x][#y]",
                "http://[localhost]:8080/[callback]",
            ),
            ("nonsense", "[nonsense]", "[https://][a.example][/x]"),
        ] {
            assert_eq!(shown(sent), [marked, other], "{sent}");
        }
    }
}
