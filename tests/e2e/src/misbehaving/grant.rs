//! What was asked for, and the tokens that are made for it.

use super::{Fault, Misbehaving, id_token, jws, keys::random_text, public};
use crate::{
    Miss, Token,
    people::{ADA, BEN, Person},
};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The scope that costs a second factor. This provider says that there was one.
const STEP_UP: &str = "transfer:funds";

/// A request that was granted.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    /// In the order of the request.
    pub(super) scopes: Vec<String>,
    /// OIDC Core 3.2.2.1 requires it of the implicit flow; a code goes without.
    pub(super) nonce: Option<String>,
    /// The transfer that was asked for, when there was one (RFC 9396).
    pub(super) details: Option<Value>,
}

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

impl Grant {
    /// Does it hold what only a second factor gives?
    pub(super) fn is_step_up(&self) -> bool {
        self.scopes.iter().any(|scope| scope == STEP_UP)
    }

    /// Makes the tokens, as the provider behaves at the moment.
    pub(super) fn tokens(mut self, provider: &Misbehaving) -> Result<Tokens, Miss> {
        if provider.does(Fault::SigningKeyRotationJustBeforeSigning) {
            provider.rotate_keys()?;
        }
        if provider.does(Fault::LessScope) || provider.does(Fault::LessScopeUnsaid) {
            self.scopes.pop();
        }
        let now = now();
        let sub = Self::person(provider).sub;
        let access_token = jws::signed(&provider.key(), &self.access_token(provider, sub, now)?)?;
        provider.state().issued.push(Token::new(access_token.clone()));
        let claims = id_token::claims(provider, &self, sub, &access_token, now);
        Ok(Tokens {
            id_token: jws::signed_by(provider, &claims)?,
            access_token,
            expires_in: provider.registration().access_token_seconds,
            details: self.details.clone(),
            scope: (!provider.does(Fault::LessScopeUnsaid)).then(|| self.scopes.join(" ")),
        })
    }

    fn person(provider: &Misbehaving) -> Person {
        if provider.does(Fault::OtherSub) { BEN } else { ADA }
    }

    fn access_token(&self, provider: &Misbehaving, sub: &str, now: u64) -> Result<Value, Miss> {
        let registration = provider.registration();
        let mut claims = json!({
            "iss": registration.issuer,
            "sub": sub,
            "aud": [registration.audience, provider.at(public::USERINFO)],
            "azp": registration.client_id,
            "scope": self.scopes.join(" "),
            "iat": now,
            "exp": now + registration.access_token_seconds,
            "jti": random_text()?,
        });
        if let Some(mut details) = self.details.clone() {
            if provider.does(Fault::OtherDetails) {
                details[0]["instructedAmount"]["amount"] = json!("12.51");
            }
            claims["authorization_details"] = details;
        }
        Ok(claims)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
