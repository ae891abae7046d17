//! Who is asking, and what may they do? From the `Authorization` header to a [`Caller`] whose token was believed.
//!
//! - `bearer`: the token out of the header (RFC 6750).
//! - `jwt`: header, signature, claims (RFC 7519, RFC 8725, RFC 9068), against our own clock.
//! - `details`: the one payment that a token is for (RFC 9396).
//! - `jwks`: the issuer's key set, as a map of usable keys (RFC 7517).
//! - `key`: one of them (RFC 7518), and what it has signed.
//! - `keys`: that map, fetched, cached, and refetched within limits.

mod bearer;
mod details;
mod jwks;
mod jwt;
mod key;
mod keys;

use std::sync::Arc;

use axum::http::HeaderMap;

use crate::clock::Clock;
use crate::config::{Config, OpenError};
use crate::ledger::Customer;

pub(crate) use details::{Details, Mismatch};
pub(crate) use jwt::Refused;

/// A permission that an access token can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    ViewBalance,
    TransferFunds,
}

impl Scope {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ViewBalance => "view:balance",
            Self::TransferFunds => "transfer:funds",
        }
    }
}

/// Somebody whose access token was verified and has the scope that was asked for.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) customer: Customer,
    /// The token's own id, or why it has none that it could be spent under.
    pub(crate) token_id: Result<String, Refused>,
    /// The payment that the token is for, if it is for one only.
    pub(crate) details: Details,
}

/// Why a caller is not let in. None of the messages holds anything of the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("send an access token in the Authorization header, as `Bearer <token>`")]
    Missing,
    #[error("send exactly one Authorization header")]
    Repeated,
    #[error("{0}")]
    Refused(#[from] Refused),
    #[error("the access token does not have the scope {}", needed.as_str())]
    InsufficientScope { needed: Scope },
    #[error("this takes a second factor, given at most {max_age} seconds ago")]
    InsufficientAuthentication { max_age: u64 },
    #[error("the issuer's keys cannot be had now, so the access token can be neither believed nor refused")]
    KeysUnavailable { retry_after: u64 },
}

/// Decides which access tokens are believed.
#[derive(Clone)]
pub(crate) struct Verifier {
    issuer: Arc<str>,
    audience: Arc<str>,
    keys: keys::Keys,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Ok(Self {
            issuer: config.issuer.as_str().into(),
            audience: config.audience.as_str().into(),
            keys: keys::Keys::new(&config.jwks_uri, Arc::clone(&clock))?,
            clock,
        })
    }

    /// Lets in whoever has a good access token with the scope `needed`.
    pub(crate) async fn authorize(&self, headers: &HeaderMap, needed: Scope) -> Result<Caller, TokenError> {
        self.believe(headers, needed).await.map(|(caller, _)| caller)
    }

    /// The same, and the token has to tell of a second factor that is at most `max_age` seconds old (RFC 9470).
    pub(crate) async fn authorize_strongly(
        &self,
        headers: &HeaderMap,
        needed: Scope,
        max_age: u64,
    ) -> Result<Caller, TokenError> {
        let (caller, claims) = self.believe(headers, needed).await?;
        if !claims.has_second_factor_within(max_age, self.clock.now()) {
            return Err(TokenError::InsufficientAuthentication { max_age });
        }
        Ok(caller)
    }

    async fn believe(&self, headers: &HeaderMap, needed: Scope) -> Result<(Caller, jwt::Claims), TokenError> {
        let token = jwt::Unverified::parse(bearer::token(headers)?)?;
        let key = self.keys.get(token.kid()).await?;
        let mut claims = token.verify(&key)?.check(&self.issuer, &self.audience, self.clock.now())?;
        // The subject identifies the customer to the bank; it is the only personal datum that is logged.
        tracing::Span::current().record("sub", claims.sub.as_str());
        if !claims.has_scope(needed.as_str()) {
            return Err(TokenError::InsufficientScope { needed });
        }
        let customer = Customer { issuer: self.issuer.to_string(), subject: claims.sub.clone() };
        let (token_id, details) = (claims.token_id(), std::mem::take(&mut claims.authorization_details));
        Ok((Caller { customer, token_id, details }, claims))
    }
}
