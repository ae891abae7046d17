//! Who may see the log. It shows names, addresses and claims, so that a page of another origin, a name that somebody
//! points at this machine, and whoever is on another machine get nothing of it.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_server::Peer;
use serde_json::json;

use crate::config::LogAccess;
use crate::domain::{is_on_this_machine, origin_of};
use crate::pages;
use crate::state::{AppState, SharedState};

/// Headers that a proxy adds: behind it every peer seems to be on this machine.
const OF_PROXIES: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Denied {
    Off,
    /// It came from elsewhere, or that cannot be excluded.
    NotHere,
    /// The request is for another host than the issuer's: a name that somebody else owns may lead to this machine.
    OtherHost,
    OtherOrigin,
}

/// Somebody who may see this address of the log.
pub(crate) struct LogReader {
    /// It is what scripts read. Only the log's own pages ask for it, and people who type its address. A link to a
    /// page may be anywhere: the site that has the link cannot read the page.
    pub(crate) is_data: bool,
}

impl FromRequestParts<SharedState> for LogReader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, Response> {
        let path = parts.uri.path();
        let is_data = path.strip_suffix(".json").is_some() || path == "/log/wait";
        admit(state, parts, is_data).map(|()| Self { is_data }).map_err(|denied| {
            let (status, sentence) = denied_with(&state.url("log"), denied);
            match status {
                _ if is_data => (status, Json(json!({ "error": sentence }))).into_response(),
                StatusCode::NOT_FOUND => pages::notice(state, status, "Nothing here", &sentence),
                _ => pages::notice(state, status, "The log is not shown here", &sentence),
            }
        })
    }
}

fn admit(state: &AppState, parts: &Parts, is_data: bool) -> Result<(), Denied> {
    let (headers, peer) = (&parts.headers, parts.extensions.get::<Peer>().copied());
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
    if own || (!is_data && followed) { Ok(()) } else { Err(Denied::OtherOrigin) }
}

/// Whether a page of the tenant may lead this browser to the log.
pub(crate) fn is_shown_to(state: &AppState, headers: &HeaderMap, peer: Option<Peer>) -> bool {
    match state.log.access() {
        LogAccess::Off => false,
        LogAccess::Loopback => is_here(&state.issuer, headers, peer),
        // It may look; but whoever only wants to log in is not led there.
        LogAccess::Anyone => peer.is_some_and(|peer| peer.is_loopback()),
    }
}

pub(super) fn is_here(issuer: &str, headers: &HeaderMap, peer: Option<Peer>) -> bool {
    is_on_this_machine(issuer)
        && peer.is_some_and(|peer| peer.is_loopback())
        && !OF_PROXIES.iter().any(|name| headers.contains_key(*name))
}

fn denied_with(address: &str, denied: Denied) -> (StatusCode, String) {
    match denied {
        Denied::Off => (StatusCode::NOT_FOUND, "There is no page at this address.".to_owned()),
        Denied::NotHere => (
            StatusCode::FORBIDDEN,
            format!(
                "The log is for whoever develops against this tenant, on the machine that it runs on. There, open {address}. \
                 To show it to everybody who reaches the tenant, set log to \"anyone\" in its configuration."
            ),
        ),
        Denied::OtherHost => (
            StatusCode::MISDIRECTED_REQUEST,
            format!("The log is shown under the issuer's own address only: open {address}."),
        ),
        Denied::OtherOrigin => (
            StatusCode::FORBIDDEN,
            format!("The log is not for pages of other origins. Open {address} itself."),
        ),
    }
}
