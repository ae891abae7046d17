//! `/oauth/token`: a code and its verifier become tokens (RFC 6749, 4.1.3; RFC 7636, 4.5; OIDC Core 3.1.3).

use aws_lc_rs::digest;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

use super::Shared;
use crate::http::Parameters;
use crate::payment::Payment;
use crate::random;
use crate::state;

/// What this endpoint takes, each at most once.
const KNOWN: [&str; 6] =
    ["grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier"];

/// A successful answer (RFC 6749, 5.1). There is no refresh token: a browser is no place for one.
#[derive(Serialize)]
struct Tokens {
    access_token: String,
    id_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    /// RFC 9396, 7.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[Payment; 1]>,
}

/// Why there are no tokens (RFC 6749, 5.2).
#[derive(Debug, PartialEq, Eq)]
struct TokenError {
    code: &'static str,
    description: &'static str,
}

const fn error(code: &'static str, description: &'static str) -> TokenError {
    TokenError { code, description }
}

pub(super) async fn post(State(state): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let answer = match exchange(&state, &headers, &body) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => {
            tracing::info!(error = error.code, description = error.description, "token: refused");
            let status = if error.code == "invalid_client" {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::BAD_REQUEST
            };
            let body = json!({ "error": error.code, "error_description": error.description });
            (status, Json(body)).into_response()
        }
    };
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], answer).into_response()
}

fn exchange(state: &state::State, headers: &HeaderMap, body: &[u8]) -> Result<Tokens, TokenError> {
    let parameters = read(headers, body)?;
    if headers.contains_key(header::AUTHORIZATION) || parameters.get("client_secret").is_some() {
        return Err(error("invalid_client", "Clients here have no secret; the verifier takes its place."));
    }
    let required = |name| parameters.get(name);
    let grant_type = required("grant_type").ok_or(error("invalid_request", "grant_type is missing."))?;
    if grant_type != "authorization_code" {
        return Err(error("unsupported_grant_type", "grant_type must be \"authorization_code\"."));
    }
    let client_id = required("client_id").ok_or(error("invalid_request", "client_id is missing."))?;
    if !state.clients.contains_key(client_id) {
        return Err(error("invalid_client", "The client_id is not registered here."));
    }
    let code = required("code").ok_or(error("invalid_request", "code is missing."))?;
    let redirect_uri =
        required("redirect_uri").ok_or(error("invalid_request", "redirect_uri is missing."))?;
    let verifier = required("code_verifier").ok_or(error("invalid_request", "code_verifier is missing."))?;

    let issued = state.store().codes.take(code, state.now());
    let issued = issued.ok_or(error("invalid_grant", "The code is unknown, too old, or was used before."))?;
    if issued.grant.client.id != client_id || issued.redirect_uri != redirect_uri {
        return Err(error("invalid_grant", "The code was issued to another client or redirect_uri."));
    }
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    if !random::same(&URL_SAFE_NO_PAD.encode(hash.as_ref()), &issued.challenge) {
        return Err(error("invalid_grant", "The code_verifier is not the one of the code_challenge."));
    }
    let grant = issued.grant;
    let access_token = grant.access_token(state);
    tracing::info!(client_id, sub = grant.sub, "code redeemed");
    Ok(Tokens {
        id_token: grant.id_token(state, Some(&access_token)),
        access_token,
        token_type: "Bearer",
        expires_in: grant.lifetime(state),
        scope: grant.scope(),
        authorization_details: grant.authorization_details(),
    })
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, TokenError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(error("invalid_request", "The body must be application/x-www-form-urlencoded."));
    }
    let parameters = Parameters::parse(body).ok_or(error("invalid_request", "The body is too long."))?;
    match parameters.duplicate(&KNOWN) {
        Some(_) => Err(error("invalid_request", "A parameter stands more than once.")),
        None => Ok(parameters),
    }
}
