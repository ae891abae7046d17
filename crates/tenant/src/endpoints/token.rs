//! `/oauth/token`: a code and its verifier become tokens (RFC 6749, 4.1.3; RFC 7636, 4.5; OIDC Core 3.1.3).

mod body;

use aws_lc_rs::digest;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

use crate::authorization::issue;
use crate::domain::{GrantType, Parameters, Payment};
use crate::http;
use crate::log::{Event, Token};
use crate::metrics::{self, Flow};
use crate::random;
use crate::state::{AppState, Shared};

/// A successful answer (RFC 6749, 5.1). There is no refresh token: a browser is no place for one.
#[derive(Serialize)]
struct Tokens {
    access_token: String,
    /// Not for a request without `openid` (OIDC Core 3.1.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[Payment; 1]>,
}

#[derive(Debug, PartialEq, Eq)]
struct TokenError {
    code: &'static str,
    description: &'static str,
}

const fn error(code: &'static str, description: &'static str) -> TokenError {
    TokenError { code, description }
}

/// What a grant type that is not here would be for, and what does instead.
fn unsupported(grant_type: &str) -> &'static str {
    match grant_type {
        "refresh_token" => {
            "This tenant has no refresh tokens (no offline_access, no grant_type refresh_token). A new token comes by silent \
             authentication, /authorize with prompt=none: leave out useRefreshTokens of auth0-spa-js, or add \
             useRefreshTokensFallback."
        }
        "client_credentials" => {
            "Clients here have no secret and no tokens of their own: grant_type must be authorization_code."
        }
        "password" | "http://auth0.com/oauth/grant-type/password-realm" => {
            "Passwords are given on the log-in page alone: grant_type must be authorization_code."
        }
        _ => "grant_type must be \"authorization_code\".",
    }
}

pub(super) async fn post(
    State(state): Shared,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let with_header = headers.contains_key(header::AUTHORIZATION);
    // A body that is not read at all gets the answer that a client can read too (RFC 6749, 5.2).
    let sent = body.map_err(|_| body::TOO_LONG).and_then(|body| body::read(&headers, &body));
    let trace = state.log.begin_token("/oauth/token", sent.as_ref().unwrap_or(&Parameters::default()));
    let answer = match exchange(&state, &headers, sent) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => {
            tracing::info!(error = error.code, description = error.description, "token: refused");
            trace.record(Event::TokenRefused {
                error: error.code.to_owned(),
                description: error.description.to_owned(),
            });
            let body = Json(json!({ "error": error.code, "error_description": error.description }));
            match error.code {
                // RFC 6749, 5.2: in the scheme that the client has tried.
                "invalid_client" if with_header => {
                    let challenge =
                        [(header::WWW_AUTHENTICATE, "Basic realm=\"no client here has a secret\"")];
                    (StatusCode::UNAUTHORIZED, challenge, body).into_response()
                }
                "invalid_client" => (StatusCode::UNAUTHORIZED, body).into_response(),
                _ => (StatusCode::BAD_REQUEST, body).into_response(),
            }
        }
    };
    (http::for_web_origins(&state, &headers), [(header::PRAGMA, "no-cache")], answer).into_response()
}

fn exchange(
    state: &AppState,
    headers: &HeaderMap,
    sent: Result<Parameters, TokenError>,
) -> Result<Tokens, TokenError> {
    let parameters = sent?;
    if parameters.duplicate(body::KNOWN).is_some() {
        return Err(error("invalid_request", "A parameter stands more than once."));
    }
    if headers.contains_key(header::AUTHORIZATION) || parameters.get("client_secret").is_some() {
        return Err(error("invalid_client", "Clients here have no secret; the verifier takes its place."));
    }
    let required = |name| parameters.get(name);
    let grant_type = required("grant_type").ok_or(error("invalid_request", "grant_type is missing."))?;
    if grant_type != "authorization_code" {
        return Err(error("unsupported_grant_type", unsupported(grant_type)));
    }
    let client_id = required("client_id").ok_or(error("invalid_request", "client_id is missing."))?;
    let client = state.clients.get(client_id);
    let client = client.ok_or(error("invalid_client", "The client_id is not registered here."))?;
    if !client.grant_types.contains(&GrantType::AuthorizationCode) {
        return Err(error("unauthorized_client", "The client's grant_types do not name authorization_code."));
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
    if state.store().sessions.is_reported(&issued.grant.sid, state.now()) {
        return Err(error(
            "invalid_grant",
            "The customer said on the phone that this session was not theirs.",
        ));
    }
    let (grant, trace) = (issued.grant, issued.trace);
    trace.record(Event::CodeRedeemed);
    let access_token = issue::access_token(state, &grant, &trace);
    metrics::token_issued(Flow::Code, &Token::AccessToken);
    let id_token = grant.is_openid().then(|| issue::id_token(state, &grant, &trace, Some(&access_token)));
    let id_token = id_token.flatten();
    if id_token.is_some() {
        metrics::token_issued(Flow::Code, &Token::IdToken);
    }
    tracing::info!(client_id, sub = grant.sub, "code redeemed");
    Ok(Tokens {
        id_token,
        access_token,
        token_type: "Bearer",
        expires_in: issue::access_token_lifetime(state, &grant),
        scope: grant.scope(),
        authorization_details: grant.authorization_details(),
    })
}
