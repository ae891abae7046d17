//! `/log`: what happened to each request, as pages and as JSON. Who may see it is decided in one place, without which
//! no handler here gets to its log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::extract::{LogReader, QueryParameters};
use crate::log::{self, Filter, Log};
use crate::pages;
use crate::state::{AppState, Shared};

/// The list. Parameters: `client`, `customer`, `outcome`, `q`, and `before`, a trace that the page follows.
pub(super) async fn list(
    _: LogReader,
    State(log): State<Arc<Log>>,
    QueryParameters(parameters): QueryParameters,
) -> Response {
    let page = pages::log::list(&log, &Filter::of(&parameters), parameters.get("before"));
    (alone(), pages::respond(StatusCode::OK, &page, None)).into_response()
}

/// One trace, as a page or, with `.json` at its end, as data.
pub(super) async fn trace(
    LogReader { is_data }: LogReader,
    State(state): Shared,
    Path(name): Path<String>,
) -> Response {
    match name.strip_suffix(".json").filter(|_| is_data) {
        Some(id) => trace_data(&state, id),
        None => trace_page(&state, &name),
    }
}

fn trace_page(state: &AppState, id: &str) -> Response {
    let Some(record) = state.log.get(id) else {
        let sentence =
            "The log keeps the newest 500 traces, until the tenant stops. This one is not among them.";
        return pages::notice(state, StatusCode::NOT_FOUND, "No such trace", sentence);
    };
    let page = pages::log::timeline(&state.log, &record);
    (alone(), pages::respond(StatusCode::OK, &page, None)).into_response()
}

fn trace_data(state: &AppState, id: &str) -> Response {
    let Some(record) = state.log.get(id) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "There is no such trace." }))).into_response();
    };
    (alone(), Json(log::export(&state.log, None, [&*record]))).into_response()
}

/// The traces that the filter lets through, as JSON. Parameters: `client`, `customer`, `outcome`, `q`.
pub(super) async fn export(
    _: LogReader,
    State(log): State<Arc<Log>>,
    QueryParameters(parameters): QueryParameters,
) -> Response {
    let filter = Filter::of(&parameters);
    let (records, now) = (log.records(), log.now());
    let shown = records.iter().map(|record| &**record).filter(|record| filter.admits(record, now));
    let document = log::export(&log, Some(&filter), shown);
    let name = [(header::CONTENT_DISPOSITION, "inline; filename=\"tenant-log.json\"")];
    (alone(), name, Json(document)).into_response()
}

/// Held until there is something that the page does not show (200), or it is time to ask again (204). Parameters: `seen`,
/// the version that it shows, and `trace`, if it shows one only.
pub(super) async fn wait(
    _: LogReader,
    State(state): Shared,
    QueryParameters(parameters): QueryParameters,
) -> StatusCode {
    let (seen, trace) = (parameters.get("seen").unwrap_or_default(), parameters.get("trace"));
    state.wait_until(|state| version(state, trace) != seen).await
}

fn version(state: &AppState, trace: Option<&str>) -> String {
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
