//! What a customer has granted a client, and the tokens that say so. In the implicit flow they are made at once, in the
//! code flow when the code is redeemed.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::config::{Api, Client, Customer};
use crate::log::{self, Token, Trace};
use crate::payment::Payment;
use crate::random;
use crate::scopes::MULTI_FACTOR;
use crate::state::State;
use crate::tokens::{self, AccessToken, Authentication, IdToken, Person};

/// One grant.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) client: Arc<Client>,
    /// The customer.
    pub(crate) sub: String,
    /// The session in which it was granted.
    pub(crate) sid: String,
    /// When the customer last gave the password or approved on the phone.
    pub(crate) auth_time: u64,
    /// The API that the access token is for.
    pub(crate) api: Option<Arc<Api>>,
    /// What the access token is good for.
    pub(crate) scopes: Vec<String>,
    /// The scopes that the ID token follows: those granted before scripts changed what the access token is good for.
    pub(crate) identity: Vec<String>,
    /// By scripts.
    pub(crate) id_token_claims: Map<String, Value>,
    /// By scripts.
    pub(crate) access_token_claims: Map<String, Value>,
    /// The one payment that the access token is for (RFC 9396).
    pub(crate) payment: Option<Payment>,
    pub(crate) nonce: Option<String>,
    /// The customer approved this very request on the phone.
    pub(crate) multi_factor: bool,
    /// Where it is written down what became of it.
    pub(crate) trace: Trace,
}

impl Grant {
    /// The granted scopes, as they are written.
    pub(crate) fn scope(&self) -> String {
        self.scopes.join(" ")
    }

    /// Whether the request was one of OpenID Connect.
    pub(crate) fn is_openid(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "openid")
    }

    /// The payment, as tokens and answers carry it (RFC 9396, 7 and 9.1).
    pub(crate) fn authorization_details(&self) -> Option<[Payment; 1]> {
        self.payment.clone().map(|payment| [payment])
    }

    /// How long its access tokens are good for, in seconds.
    pub(crate) fn lifetime(&self, state: &State) -> u64 {
        let of_api = self.api.as_ref().and_then(|api| api.token_lifetime);
        of_api.unwrap_or(state.lifetimes.access_token)
    }

    /// An access token for the API, if one was asked for, and the userinfo endpoint.
    pub(crate) fn access_token(&self, state: &State) -> String {
        let (now, api) = (state.now(), self.api.as_ref().map(|api| api.identifier.clone()));
        let claims = AccessToken {
            iss: state.issuer.clone(),
            sub: self.sub.clone(),
            aud: api.into_iter().chain([state.url("userinfo")]).collect(),
            azp: self.client.id.clone(),
            scope: self.scope(),
            iat: now,
            exp: now + self.lifetime(state),
            jti: random::identifier(),
            authorization_details: self.authorization_details(),
            authentication: self.authentication(),
        };
        let claims = tokens::with(&claims, &self.access_token_claims);
        self.trace.record(log::token(Token::AccessToken, &state.key, &claims));
        tokens::sign(&state.key, &claims)
    }

    /// An ID token, bound to the access token that goes with it.
    pub(crate) fn id_token(&self, state: &State, access_token: Option<&str>) -> String {
        let now = state.now();
        let customer = state.directory.by_sub(&self.sub);
        let claims = IdToken {
            iss: state.issuer.clone(),
            sub: self.sub.clone(),
            aud: self.client.id.clone(),
            iat: now,
            exp: now + state.lifetimes.id_token,
            nonce: self.nonce.clone(),
            sid: self.sid.clone(),
            at_hash: access_token.map(tokens::at_hash),
            authentication: self.authentication(),
            person: customer.map(|customer| person(customer, &self.identity)).unwrap_or_default(),
        };
        let claims = tokens::with(&claims, &self.id_token_claims);
        self.trace.record(log::token(Token::IdToken, &state.key, &claims));
        tokens::sign(&state.key, &claims)
    }

    fn authentication(&self) -> Authentication {
        Authentication {
            auth_time: self.auth_time,
            acr: self.multi_factor.then_some(MULTI_FACTOR),
            amr: self.multi_factor.then_some(["mfa"]),
        }
    }
}

/// What the granted scopes tell about the customer.
pub(crate) fn person(customer: &Customer, granted: &[impl AsRef<str>]) -> Person {
    let has = |scope: &str| granted.iter().any(|granted| granted.as_ref() == scope);
    Person {
        name: has("profile").then(|| customer.name.clone()),
        email: has("email").then(|| customer.email.clone()),
        email_verified: has("email").then_some(true),
    }
}
