//! `/.well-known/jwks.json`: the public keys (RFC 7517).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::Shared;
use crate::http;

pub(super) async fn get(State(state): Shared) -> Response {
    (http::public(), Json(json!({ "keys": state.key.published() }))).into_response()
}
