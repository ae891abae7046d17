//! Who may see the log. It shows names, addresses and claims, so that a page of another origin, a name that somebody
//! points at this machine, and whoever is on another machine get nothing of it.

use axum::http::{HeaderMap, header};
use http_server::Peer;

use crate::config::{LogAccess, origin_of};
use crate::state::State;

/// Headers that a proxy adds: behind it every peer seems to be on this machine.
const OF_PROXIES: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A page. A link may lead to it from anywhere; the page that has the link cannot look into it.
    Page,
    /// What scripts read. Only the log's own pages ask for it, and people who type its address.
    Data,
}

/// Why it is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// There is no log.
    Off,
    /// It came from elsewhere, or that cannot be excluded.
    NotHere,
    /// The request is for another host than the issuer's: a name that somebody else owns may lead to this machine.
    OtherHost,
    /// A page of another origin asks.
    OtherOrigin,
}

/// Whether this request may see the log.
pub(crate) fn admit(
    state: &State,
    headers: &HeaderMap,
    peer: Option<Peer>,
    what: What,
) -> Result<(), Denied> {
    match state.log.access() {
        LogAccess::Off => return Err(Denied::Off),
        LogAccess::Loopback if !is_here(&state.issuer, headers, peer) => return Err(Denied::NotHere),
        LogAccess::Loopback | LogAccess::Anyone => {}
    }
    let origin = origin_of(&state.issuer).unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if origin.split_once("://").is_none_or(|(_, authority)| !authority.eq_ignore_ascii_case(host)) {
        return Err(Denied::OtherHost);
    }
    let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if value("origin").is_some_and(|asking| asking != origin) {
        return Err(Denied::OtherOrigin);
    }
    let own = value("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let followed = value("sec-fetch-mode") == Some("navigate") && value("sec-fetch-dest") == Some("document");
    if own || (what == What::Page && followed) { Ok(()) } else { Err(Denied::OtherOrigin) }
}

/// Whether a page of the tenant may lead this browser to the log.
pub(crate) fn is_shown_to(state: &State, headers: &HeaderMap, peer: Option<Peer>) -> bool {
    match state.log.access() {
        LogAccess::Off => false,
        LogAccess::Loopback => is_here(&state.issuer, headers, peer),
        // It may look; but whoever only wants to log in is not led there.
        LogAccess::Anyone => peer.is_some_and(|peer| peer.is_loopback()),
    }
}

fn is_here(issuer: &str, headers: &HeaderMap, peer: Option<Peer>) -> bool {
    let host = issuer.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')).unwrap_or_default();
    let host = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(host, _)| host);
    let is_this_machine = matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost");
    is_this_machine
        && peer.is_some_and(|peer| peer.is_loopback())
        && !OF_PROXIES.iter().any(|name| headers.contains_key(*name))
}
