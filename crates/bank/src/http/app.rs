//! What handlers work with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;

use super::problem::Problem;
use super::rate_limiter::RateLimiter;
use crate::auth::{AuthorizedCaller, Scope, TokenVerifier};
use crate::clock::Clock;
use crate::config::DynamicLinking;
use crate::ledger::{Account, Customer, Ledger};

/// How old a second factor may be, in seconds: a quarter of an hour.
const MAX_AUTHENTICATION_AGE: u64 = 15 * 60;

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) ledger: Ledger,
    pub(crate) tokens: TokenVerifier,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) order_limiter: RateLimiter,
    pub(crate) read_limiter: RateLimiter,
    pub(crate) name_check_limiter: RateLimiter,
    pub(crate) dynamic_linking: DynamicLinking,
}

/// One `Arc` around all parts: one reference count for each request.
pub(super) type SharedApp = State<Arc<App>>;

impl App {
    pub(super) fn now(&self) -> i64 {
        timestamp(self.clock.now())
    }

    /// A caller who has given a second factor that is not old (RFC 9470).
    pub(super) async fn authorize_confirmed(&self, headers: &HeaderMap) -> Result<AuthorizedCaller, Problem> {
        Ok(self.tokens.authorize(headers, Scope::ViewBalance, Some(MAX_AUTHENTICATION_AGE)).await?)
    }

    /// The customer and account of a request that reads, within the customer's limit.
    pub(super) async fn authorize_reader(&self, headers: &HeaderMap) -> Result<(Customer, Account), Problem> {
        self.admit_reader(self.tokens.authorize(headers, Scope::ViewBalance, None).await?).await
    }

    /// The same for a caller who is authorized already.
    pub(super) async fn admit_reader(
        &self,
        caller: AuthorizedCaller,
    ) -> Result<(Customer, Account), Problem> {
        let AuthorizedCaller { customer, .. } = caller;
        self.read_limiter.admit(&customer, self.clock.now())?;
        let account = self.ledger.account_of(&customer).await?.ok_or_else(Problem::account_not_found)?;
        Ok((customer, account))
    }
}

/// Seconds as the ledger has them. The clock shows a time within the next 292 billion years.
pub(crate) fn timestamp(now: u64) -> i64 {
    i64::try_from(now).unwrap_or(i64::MAX)
}
