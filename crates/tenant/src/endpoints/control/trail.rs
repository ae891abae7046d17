//! What the log tells of calls, and which requests are calls.

use axum::extract::Request;

use crate::log::{Event, Kind};
use crate::state::AppState;

/// Writes down that a test has called this, and what came of it.
pub(super) fn log_call(state: &AppState, call: &str, done: impl Into<String>) {
    state.log.begin(Kind::Control).record(Event::Control { call: call.to_owned(), done: done.into() });
}

pub(in crate::endpoints) fn is_control(request: &Request) -> bool {
    request.uri().path().starts_with("/control/")
}
