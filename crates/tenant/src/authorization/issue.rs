//! The tokens of a grant. In the implicit flow they are made at once, in the code flow when the code is redeemed.

use crate::domain::{Grant, MULTI_FACTOR};
use crate::log::{Token, Trace, events};
use crate::random;
use crate::state::AppState;
use crate::tokens::{self, AccessToken, Authentication, IdToken, Person};

/// How long access tokens of the grant are good for, in seconds.
pub(crate) fn access_token_lifetime(state: &AppState, grant: &Grant) -> u64 {
    let of_api = grant.api.as_ref().and_then(|api| api.token_lifetime);
    of_api.unwrap_or(state.lifetimes.access_token)
}

/// An access token for the API, if one was asked for, and the userinfo endpoint.
pub(crate) fn access_token(state: &AppState, grant: &Grant, trace: &Trace) -> String {
    let (now, api) = (state.now(), grant.api.as_ref().map(|api| api.identifier.clone()));
    let claims = AccessToken {
        iss: state.issuer.clone(),
        sub: grant.sub.clone(),
        aud: api.into_iter().chain([state.url("userinfo")]).collect(),
        azp: grant.client.id.clone(),
        scope: grant.scope(),
        iat: now,
        exp: now + access_token_lifetime(state, grant),
        jti: random::identifier(),
        authorization_details: grant.authorization_details(),
        authentication: authentication(grant),
    };
    let claims = tokens::with_custom_claims(&claims, &grant.access_token_claims);
    trace.record(events::token(Token::AccessToken, state.key.current().kid(), &claims));
    tokens::sign(&state.key, &claims)
}

/// An ID token, bound to the access token that goes with it.
pub(crate) fn id_token(state: &AppState, grant: &Grant, trace: &Trace, access_token: Option<&str>) -> String {
    let now = state.now();
    let customer = state.directory.by_sub(&grant.sub);
    let claims = IdToken {
        iss: state.issuer.clone(),
        sub: grant.sub.clone(),
        aud: grant.client.id.clone(),
        iat: now,
        exp: now + state.lifetimes.id_token,
        nonce: grant.nonce.clone(),
        sid: grant.sid.clone(),
        at_hash: access_token.map(tokens::at_hash),
        authentication: authentication(grant),
        person: customer.map(|customer| Person::of(customer, &grant.identity)).unwrap_or_default(),
    };
    let claims = tokens::with_custom_claims(&claims, &grant.id_token_claims);
    trace.record(events::token(Token::IdToken, state.key.current().kid(), &claims));
    tokens::sign(&state.key, &claims)
}

fn authentication(grant: &Grant) -> Authentication {
    Authentication {
        auth_time: grant.auth_time,
        acr: grant.multi_factor.then_some(MULTI_FACTOR),
        amr: grant.multi_factor.then_some(["mfa"]),
    }
}
