//! `/oauth/revoke`: a client gives a refresh token back (RFC 7009). All that came of the same log-in end with it. As at Auth0,
//! a token that is no refresh token of this client gets the same answer as one that is: there is nothing to be done about it.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::oauth::{self, OAuthError, required};
use crate::domain::Parameters;
use crate::http;
use crate::log::{Kind, RefreshTokenStep, Trace, events};
use crate::state::{AppState, Shared};

/// Parameters: `token`, and what says who asks. `token_type_hint` is taken and not needed (2.1).
pub(super) async fn post(
    State(state): Shared,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let sent = body.map_err(|_| oauth::TOO_LONG).and_then(|body| oauth::read(&headers, &body));
    let nothing = Parameters::default();
    let trace = state.log.begin_request(Kind::Token, "/oauth/revoke", sent.as_ref().unwrap_or(&nothing));
    let answer = match revoke(&state, &headers, sent, &trace) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.answer(&headers, &trace),
    };
    (http::for_web_origins(&state, &headers), answer).into_response()
}

fn revoke(
    state: &AppState,
    headers: &HeaderMap,
    sent: Result<Parameters, OAuthError>,
    trace: &Trace,
) -> Result<(), OAuthError> {
    let parameters = sent?;
    oauth::no_duplicates(&parameters)?;
    let client = oauth::authenticate(state, headers, &parameters)?;
    let token = required(&parameters, "token")?;
    let family = state.store().refresh_tokens.revoke(token, &client.id, state.now());
    let details = match &family {
        Some(family) => {
            tracing::info!(client_id = client.id, sub = family.granted.sub, "refresh token revoked");
            "It and all that came of the same log-in are good for nothing any more."
        }
        None if token.matches('.').count() == 2 => {
            "It looks like an access token or an ID token, which are good until they expire."
        }
        None => "It is no refresh token of this client.",
    };
    let step = if family.is_some() { RefreshTokenStep::Revoked } else { RefreshTokenStep::NothingToRevoke };
    trace.record(events::refresh_token(step, details.to_owned()));
    Ok(())
}
