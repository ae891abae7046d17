//! `/livez`: the process answers. `/readyz`, and `/healthz` as it was called before: it can also keep what it has to
//! remember. The writer tries again until it can, so that this becomes true again without a restart.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::persistence::{Journal, RETRY_AFTER_SECONDS};

pub(super) async fn live() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(journal): State<Journal>) -> Response {
    if journal.is_writing() {
        return "ok\n".into_response();
    }
    let sentence = "the database cannot be written at present\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER_SECONDS)], sentence).into_response()
}
