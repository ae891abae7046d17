//! The tokens that are made for a grant.

use super::{fault::Fault, grant::Grant, id_token, jws, keys::random_text, paths, provider::FaultyProvider};
use crate::{
    TestError, Token,
    people::{ADA, BEN, Person},
};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The tokens of one answer.
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) id_token: String,
    pub(super) expires_in: u64,
    /// `None`: the answer does not say what was granted.
    pub(super) scope: Option<String>,
    /// What the answer says of the transfer.
    pub(super) details: Option<Value>,
}

/// Makes the tokens, as the provider behaves at the moment.
pub(super) fn issue_tokens(mut grant: Grant, provider: &FaultyProvider) -> Result<Tokens, TestError> {
    if provider.has_fault(Fault::SigningKeyRotationJustBeforeSigning) {
        provider.rotate_keys()?;
    }
    if provider.has_fault(Fault::LessScope) || provider.has_fault(Fault::LessScopeUnsaid) {
        grant.scopes.pop();
    }
    if let Some(details) = grant.details.as_mut().filter(|_| provider.has_fault(Fault::OtherCreditorName)) {
        details[0]["creditorName"] = json!("Zoe Other");
    }
    let now = now();
    let sub = person(provider).sub;
    let access_token = jws::signed(&provider.key(), &access_token_claims(&grant, provider, sub, now)?)?;
    provider.state().issued.push(Token::new(access_token.clone()));
    let claims = id_token::claims(provider, &grant, sub, &access_token, now);
    Ok(Tokens {
        id_token: jws::signed_by(provider, &claims)?,
        access_token,
        expires_in: provider.registration().access_token_seconds,
        details: grant.details.clone(),
        scope: (!provider.has_fault(Fault::LessScopeUnsaid)).then(|| grant.scopes.join(" ")),
    })
}

fn person(provider: &FaultyProvider) -> Person {
    if provider.has_fault(Fault::OtherSub) { BEN } else { ADA }
}

fn access_token_claims(
    grant: &Grant,
    provider: &FaultyProvider,
    sub: &str,
    now: u64,
) -> Result<Value, TestError> {
    let registration = provider.registration();
    let mut claims = json!({
        "iss": registration.issuer,
        "sub": sub,
        "aud": [registration.audience, provider.at(paths::USERINFO)],
        "azp": registration.client_id,
        "scope": grant.scopes.join(" "),
        "iat": now,
        "exp": now + registration.access_token_seconds,
        "jti": random_text()?,
    });
    if let Some(mut details) = grant.details.clone() {
        if provider.has_fault(Fault::OtherDetails) {
            details[0]["instructedAmount"]["amount"] = json!("12.51");
        }
        if provider.has_fault(Fault::OtherNameCheckInToken) {
            details[0]["creditorNameCheck"] = json!("match");
        }
        claims["authorization_details"] = details;
    }
    Ok(claims)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
