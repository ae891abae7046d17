//! `/log`: what happened to each request, as pages and as JSON. Who may see it is decided in one place, without which
//! no handler here gets to its log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_server::Peer;
use serde_json::json;

use super::Shared;
use crate::http::Parameters;
use crate::log::{self, Denied, Filter, What};
use crate::pages;
use crate::state;

/// Somebody who may see a page of the log.
pub(super) struct Viewer;
/// Somebody who may read it as data.
pub(super) struct Reader;

impl FromRequestParts<Arc<state::State>> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<state::State>) -> Result<Self, Response> {
        admit(parts, state, What::Page).map(|()| Self).map_err(|denied| denied_page(state, denied))
    }
}

impl FromRequestParts<Arc<state::State>> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<state::State>) -> Result<Self, Response> {
        admit(parts, state, What::Data).map(|()| Self).map_err(|denied| denied_data(state, denied))
    }
}

fn admit(parts: &Parts, state: &state::State, what: What) -> Result<(), Denied> {
    let peer = parts.extensions.get::<Peer>().copied();
    log::admit(state, &parts.headers, peer, what)
}

/// The list. Parameters: `client`, `customer`, `outcome`, `q`, and `before`, a trace that the page follows.
pub(super) async fn list(_: Viewer, State(state): Shared, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let page = log::list(&state.log, &Filter::of(&parameters), parameters.get("before"));
    (alone(), pages::respond(StatusCode::OK, &page, None)).into_response()
}

/// One trace, as a page or, with `.json` at its end, as data.
pub(super) async fn trace(State(state): Shared, Path(name): Path<String>, parts: Parts) -> Response {
    match name.strip_suffix(".json") {
        Some(id) => match admit(&parts, &state, What::Data) {
            Ok(()) => trace_data(&state, id),
            Err(denied) => denied_data(&state, denied),
        },
        None => match admit(&parts, &state, What::Page) {
            Ok(()) => trace_page(&state, &name),
            Err(denied) => denied_page(&state, denied),
        },
    }
}

fn trace_page(state: &state::State, id: &str) -> Response {
    let Some(record) = state.log.get(id) else {
        let sentence =
            "The log keeps the newest 500 traces, until the tenant stops. This one is not among them.";
        return pages::notice(state, StatusCode::NOT_FOUND, "No such trace", sentence);
    };
    let page = log::timeline(&state.log, &record);
    (alone(), pages::respond(StatusCode::OK, &page, None)).into_response()
}

fn trace_data(state: &state::State, id: &str) -> Response {
    let Some(record) = state.log.get(id) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "There is no such trace." }))).into_response();
    };
    (alone(), Json(log::export(&state.log, None, [&*record]))).into_response()
}

/// The traces that the filter lets through, as JSON. Parameters: `client`, `customer`, `outcome`, `q`.
pub(super) async fn export(_: Reader, State(state): Shared, RawQuery(query): RawQuery) -> Response {
    let filter = Filter::of(&Parameters::of_query(query.as_deref()).unwrap_or_default());
    let (records, now) = (state.log.records(), state.log.now());
    let shown = records.iter().map(|record| &**record).filter(|record| filter.admits(record, now));
    let document = log::export(&state.log, Some(&filter), shown);
    let name = [(header::CONTENT_DISPOSITION, "inline; filename=\"tenant-log.json\"")];
    (alone(), name, Json(document)).into_response()
}

/// Held until there is something that the page does not show (200), or it is time to ask again (204). Parameters: `seen`,
/// the version that it shows, and `trace`, if it shows one only.
pub(super) async fn wait(_: Reader, State(state): Shared, RawQuery(query): RawQuery) -> StatusCode {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let (seen, trace) = (parameters.get("seen").unwrap_or_default(), parameters.get("trace"));
    state.wait_until(|state| version(state, trace) != seen).await
}

fn version(state: &state::State, trace: Option<&str>) -> String {
    match trace {
        // A trace that was forgotten is news as well.
        Some(id) => state.log.get(id).map(|record| record.version().to_string()).unwrap_or_default(),
        None => state.log.version(),
    }
}

/// No page of another origin holds a window or a copy of it.
const fn alone() -> [(HeaderName, &'static str); 2] {
    [
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ]
}

fn denied_page(state: &Arc<state::State>, denied: Denied) -> Response {
    let address = state.url("log");
    let (status, sentence) = denied_with(&address, denied);
    match status {
        StatusCode::NOT_FOUND => pages::notice(state, status, "Nothing here", &sentence),
        _ => pages::notice(state, status, "The log is not shown here", &sentence),
    }
}

fn denied_data(state: &Arc<state::State>, denied: Denied) -> Response {
    let (status, sentence) = denied_with(&state.url("log"), denied);
    (status, Json(json!({ "error": sentence }))).into_response()
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
