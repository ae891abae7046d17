//! A code and its verifier become tokens (RFC 6749, 4.1.3; RFC 7636, 4.5; OIDC Core 3.1.3).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::response::Tokens;
use crate::authorization;
use crate::domain::{Client, Parameters};
use crate::endpoints::oauth::{OAuthError, error, required};
use crate::log::{Event, RefreshTokenStep, Trace, events};
use crate::metrics::Flow;
use crate::random;
use crate::state::AppState;

/// `trace`: where the request is written down, which is the code's trace as long as the log has that.
pub(super) fn exchange(
    state: &AppState,
    client: &Client,
    parameters: &Parameters,
    trace: &Trace,
) -> Result<Tokens, OAuthError> {
    let code = required(parameters, "code")?;
    let redirect_uri = required(parameters, "redirect_uri")?;
    let verifier = required(parameters, "code_verifier")?;

    let (issued, now) = (state.store().codes.take(code, state.now()), state.now());
    let Some(issued) = issued else {
        // RFC 6749, 4.1.2: of two who bring a code, one has stolen it.
        if state.store().refresh_tokens.end_code(code, now) {
            let details = "Their code was sent again: all refresh tokens that came for it are revoked.";
            trace.record(events::refresh_token(RefreshTokenStep::Revoked, details.to_owned()));
        }
        return Err(error("invalid_grant", "The code is unknown, too old, or was used before."));
    };
    if issued.grant.client.id != client.id || issued.redirect_uri != redirect_uri {
        return Err(error("invalid_grant", "The code was issued to another client or redirect_uri."));
    }
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    if !random::same(&URL_SAFE_NO_PAD.encode(hash.as_ref()), &issued.challenge) {
        return Err(error("invalid_grant", "The code_verifier is not the one of the code_challenge."));
    }
    if state.store().sessions.is_reported(&issued.grant.sid, now) {
        return Err(error(
            "invalid_grant",
            "The customer said on the phone that this session was not theirs.",
        ));
    }
    let (grant, trace) = (issued.grant, issued.trace);
    trace.record(Event::CodeRedeemed);
    let refresh_token = authorization::refresh::issue_first(state, &grant, code, &trace);
    tracing::info!(client_id = client.id, sub = grant.sub, "code redeemed");
    Ok(Tokens::of(state, &grant, refresh_token, Flow::Code, &trace))
}
