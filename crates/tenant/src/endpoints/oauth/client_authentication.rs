//! Who asks (RFC 6749, 2.3).

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use super::error::{OAuthError, error};
use super::required;
use crate::domain::{Client, Parameters};
use crate::state::AppState;

pub(in crate::endpoints) fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Arc<Client>, OAuthError> {
    if headers.contains_key(header::AUTHORIZATION) || parameters.get("client_secret").is_some() {
        return Err(error("invalid_client", "Clients here have no secret; the verifier takes its place."));
    }
    let client = state.clients.get(required(parameters, "client_id")?).cloned();
    client.ok_or(error("invalid_client", "The client_id is not registered here."))
}
