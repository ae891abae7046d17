//! From the `Authorization` header to an [`AuthorizedCaller`] whose token was verified.

use std::sync::Arc;

use axum::http::HeaderMap;

use super::access_token::UnverifiedToken;
use super::authorization_details::AuthorizationDetails;
use super::bearer;
use super::error::{AuthError, InvalidToken};
use super::key_cache::KeyCache;
use super::scope::Scope;
use crate::clock::Clock;
use crate::config::{BankOpenError, Config};
use crate::ledger::Customer;

#[derive(Debug)]
pub(crate) struct AuthorizedCaller {
    pub(crate) customer: Customer,
    /// The token's id, or why the token cannot be spent.
    pub(crate) token_id: Result<String, InvalidToken>,
    /// The payment that the token is for, if it is for one only.
    pub(crate) details: AuthorizationDetails,
}

#[derive(Clone)]
pub(crate) struct TokenVerifier {
    issuer: Arc<str>,
    audience: Arc<str>,
    keys: KeyCache,
    clock: Arc<dyn Clock>,
}

impl TokenVerifier {
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, BankOpenError> {
        Ok(Self {
            issuer: config.issuer.as_str().into(),
            audience: config.audience.as_str().into(),
            keys: KeyCache::new(&config.jwks_uri, config.issuer_authority.as_deref(), Arc::clone(&clock))?,
            clock,
        })
    }

    /// Requires a valid access token with the scope `needed`, and with `max_age` a second factor that is at most so many seconds
    /// old (RFC 9470).
    pub(crate) async fn authorize(
        &self,
        headers: &HeaderMap,
        needed: Scope,
        max_age: Option<u64>,
    ) -> Result<AuthorizedCaller, AuthError> {
        let token = UnverifiedToken::parse(bearer::extract_token(headers)?)?;
        let key = self.keys.get(token.kid()).await?;
        let now = self.clock.now();
        let mut claims = token.verify(&key)?.validate(&self.issuer, &self.audience, now)?;
        // The subject identifies the customer to the bank; it is the only personal datum that is logged.
        tracing::Span::current().record("sub", claims.sub.as_str());
        if !claims.has_scope(needed.as_str()) {
            return Err(AuthError::InsufficientScope { needed });
        }
        if let Some(max_age) = max_age.filter(|max_age| !claims.has_second_factor_within(*max_age, now)) {
            return Err(AuthError::InsufficientAuthentication { max_age });
        }
        let token_id = claims.take_token_id();
        let customer = Customer { issuer: self.issuer.to_string(), subject: claims.sub };
        Ok(AuthorizedCaller { customer, token_id, details: claims.authorization_details })
    }
}
