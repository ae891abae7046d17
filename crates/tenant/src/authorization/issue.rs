//! The tokens of a grant. In the implicit flow they are made at once, in the code flow when the code is redeemed.

use serde_json::{Map, Value, json};

use crate::control::{Fault, Target};
use crate::domain::{Grant, MULTI_FACTOR};
use crate::log::{Token, Trace, events};
use crate::random;
use crate::state::AppState;
use crate::tokens;

/// How long access tokens of the grant are good for, in seconds.
pub(crate) fn access_token_lifetime(state: &AppState, grant: &Grant) -> u64 {
    let of_api = grant.api.as_ref().and_then(|api| api.token_lifetime);
    of_api.unwrap_or(state.lifetimes.access_token)
}

/// An access token for the API, if one was asked for, and the userinfo endpoint.
pub(crate) fn access_token(state: &AppState, grant: &Grant, trace: &Trace) -> String {
    let api = grant.api.as_ref().map(|api| api.identifier.clone());
    let audience: Vec<String> = api.into_iter().chain([state.url("userinfo")]).collect();
    let claims = json!({
        "aud": audience,
        "azp": grant.client.id,
        "scope": grant.scope(),
        "jti": random::identifier(),
        // The userinfo endpoint tells by it whether the customer has reported the session.
        "sid": grant.sid,
        // The one payment that it is for (RFC 9396, 9.1).
        "authorization_details": authorization_details(state, grant, trace),
    });
    let lifetime = access_token_lifetime(state, grant);
    issue(state, grant, trace, Token::AccessToken, lifetime, claims, &grant.access_token_claims)
}

/// An ID token, bound to the access token that goes with it (OIDC Core 2, 3.1.3.6 and 3.2.2.10). None where a test wants
/// none.
pub(crate) fn id_token(
    state: &AppState,
    grant: &Grant,
    trace: &Trace,
    access_token: Option<&str>,
) -> Option<String> {
    let faults = state.control.as_ref().map(|control| &control.faults);
    if faults.and_then(|faults| faults.take_one(Fault::MissingIdToken)).is_some() {
        trace.record(events::fault(&Fault::MissingIdToken.name()));
        return None;
    }
    let mut claims = json!({
        "aud": grant.client.id,
        "nonce": grant.nonce,
        "sid": grant.sid,
        "at_hash": access_token.map(tokens::at_hash),
    });
    if let (Some(claims), Some(customer)) = (claims.as_object_mut(), state.directory.by_sub(&grant.sub)) {
        claims.extend(tokens::personal_claims(&customer, &grant.identity));
    }
    let lifetime = state.lifetimes.id_token;
    Some(issue(state, grant, trace, Token::IdToken, lifetime, claims, &grant.id_token_claims))
}

/// Signs the claims, those that both tokens have, and those of scripts. What the protocol needs is not among the last; what
/// tells of the customer may be.
fn issue(
    state: &AppState,
    grant: &Grant,
    trace: &Trace,
    token: Token,
    lifetime: u64,
    mut claims: Value,
    custom: &Map<String, Value>,
) -> String {
    let now = state.now();
    claims["iss"] = json!(state.issuer);
    claims["sub"] = json!(grant.sub);
    claims["iat"] = json!(now);
    claims["exp"] = json!(now + lifetime);
    // An API may demand an authentication of some strength and age (OIDC Core 2; RFC 9068, 2.2.1; RFC 9470, 6).
    claims["auth_time"] = json!(grant.auth_time);
    if grant.multi_factor {
        claims["acr"] = json!(MULTI_FACTOR);
        // Auth0 leaves it out after a password alone.
        claims["amr"] = json!(["mfa"]);
    }
    if let Some(claims) = claims.as_object_mut() {
        claims.retain(|_, value| !value.is_null());
        claims.extend(custom.clone());
    }
    let fault = fault_for(state, token);
    if let (Some(fault), Some(claims)) = (fault, claims.as_object_mut()) {
        trace.record(events::fault(&fault.name()));
        fault.spoil(claims, now);
    }
    trace.record(events::token(token, state.key.current().kid(), &claims));
    tokens::sign(&state.key, &claims, fault)
}

/// What a test wants to be wrong with this token.
fn fault_for(state: &AppState, token: Token) -> Option<Fault> {
    let target = match token {
        Token::IdToken => Target::IdToken,
        Token::AccessToken => Target::AccessToken,
    };
    state.control.as_ref()?.faults.take_for(target)
}

/// Another payment than the confirmed one, where a test wants that.
fn authorization_details(state: &AppState, grant: &Grant, trace: &Trace) -> Value {
    let mut details = json!(grant.authorization_details());
    let faults = state.control.as_ref().map(|control| &control.faults).filter(|_| !details.is_null());
    if let Some(active) = faults.and_then(|faults| faults.take_one(Fault::OtherDetails)) {
        trace.record(events::fault(&active.fault.name()));
        details[0]["instructedAmount"]["amount"] = json!("0.01");
    }
    details
}
