//! `/.well-known/jwks.json`: the public keys (RFC 7517).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::http;
use crate::keys::KeyRing;

pub(super) async fn get(State(keys): State<Arc<KeyRing>>) -> Response {
    (http::public(), Json(json!({ "keys": keys.published() }))).into_response()
}
