//! `/oauth/token`: what a client has been granted becomes tokens (RFC 6749, 3.2). One file for each grant type.

mod code;
mod refresh_token;
mod response;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use http_server::Peer;

use super::oauth::{self, OAuthError, error, required};
use crate::domain::{GrantType, Parameters};
use crate::extract::ClientPeer;
use crate::http;
use crate::log::Trace;
use crate::state::{AppState, Shared};
use response::Tokens;

/// What a grant type that is not here would be for, and what does instead.
fn unsupported(grant_type: &str) -> &'static str {
    match grant_type {
        "client_credentials" => {
            "Clients here have no secret and no tokens of their own: grant_type must be authorization_code or refresh_token."
        }
        "password" | "http://auth0.com/oauth/grant-type/password-realm" => {
            "Passwords are given on the log-in page alone: grant_type must be authorization_code or refresh_token."
        }
        _ => "grant_type must be \"authorization_code\" or \"refresh_token\".",
    }
}

pub(super) async fn post(
    State(state): Shared,
    headers: HeaderMap,
    ClientPeer(peer): ClientPeer,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    // A body that is not read at all gets the answer that a client can read too (RFC 6749, 5.2).
    let sent = body.map_err(|_| oauth::TOO_LONG).and_then(|body| oauth::read(&headers, &body));
    let trace = state.log.begin_token("/oauth/token", sent.as_ref().unwrap_or(&Parameters::default()));
    let answer = match exchange(&state, &headers, sent, peer, &trace).await {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => error.answer(&headers, &trace),
    };
    (http::for_web_origins(&state, &headers), [(header::PRAGMA, "no-cache")], answer).into_response()
}

async fn exchange(
    state: &AppState,
    headers: &HeaderMap,
    sent: Result<Parameters, OAuthError>,
    peer: Option<Peer>,
    trace: &Trace,
) -> Result<Tokens, OAuthError> {
    let parameters = sent?;
    oauth::no_duplicates(&parameters)?;
    let grant_type = match required(&parameters, "grant_type")? {
        "authorization_code" => GrantType::AuthorizationCode,
        "refresh_token" => GrantType::RefreshToken,
        other => return Err(error("unsupported_grant_type", unsupported(other))),
    };
    let client = oauth::authenticate(state, headers, &parameters)?;
    if !client.may_use(grant_type) {
        let description = format!("The client's grant_types do not name {}.", grant_type.name());
        return Err(OAuthError::new("unauthorized_client", description));
    }
    match grant_type {
        GrantType::RefreshToken => {
            refresh_token::exchange(state, client, &parameters, headers, peer, trace).await
        }
        GrantType::AuthorizationCode | GrantType::Implicit => {
            code::exchange(state, &client, &parameters, trace)
        }
    }
}
