//! The HTTP side: routes, what all answers have in common, and one file per endpoint.

mod balance;
mod body;
mod common;
mod deadline;
mod health;
mod json;
mod openapi;
mod problem;
mod rate;
mod statements;
mod transfer;
mod transfers;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderValue};
use axum::routing::{get, post};

use crate::clock::Clock;
use crate::config::{DynamicLinking, OpenError};
use crate::ledger::Ledger;
use crate::token::{Caller, Scope, Verifier};
use problem::{Code, Problem};

pub(crate) use rate::RateLimiter;

/// What handlers work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) ledger: Ledger,
    pub(crate) tokens: Verifier,
    pub(crate) clock: Arc<dyn Clock>,
    /// How many orders each customer may send.
    pub(crate) orders: RateLimiter,
    /// How often each customer may read.
    pub(crate) reads: RateLimiter,
    pub(crate) dynamic_linking: DynamicLinking,
}

/// What handlers take. One count goes up for each request, and not one for each part.
type Shared = axum::extract::State<Arc<App>>;

impl App {
    fn now(&self) -> i64 {
        timestamp(self.clock.now())
    }

    /// Lets in whoever may read, as often as they may.
    async fn admit_reader(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let caller = self.tokens.authorize(headers, Scope::ViewBalance).await?;
        self.reads.admit(&caller.customer, self.clock.now())?;
        Ok(caller)
    }
}

pub(crate) fn router(app: App, allowed_origins: &[HeaderValue]) -> Router {
    let router =
        endpoints(app).fallback(async || Problem::new(Code::NotFound, "there is nothing at this address"));
    common::layers(router, allowed_origins)
}

pub(crate) fn routes(app: App, allowed_origins: &[HeaderValue]) -> Router {
    common::layers(endpoints(app), allowed_origins)
}

fn endpoints(app: App) -> Router {
    Router::new()
        .route("/balance", get(balance::get))
        .route("/statements", get(statements::get))
        .route("/transfer", post(transfer::post))
        .route("/transfers", get(transfers::list))
        .route("/transfers/{id}", get(transfers::one))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/healthz", get(health::ready))
        .route("/openapi.json", get(openapi::get))
        .method_not_allowed_fallback(async || {
            Problem::new(Code::MethodNotAllowed, "this address does not take this method; see Allow")
        })
        .layer(DefaultBodyLimit::max(body::MAX_BODY))
        .with_state(Arc::new(app))
}

/// Seconds as the books have them. The clock shows a time within the next 292 billion years.
pub(crate) fn timestamp(now: u64) -> i64 {
    i64::try_from(now).unwrap_or(i64::MAX)
}

/// An origin as browsers send it (RFC 6454, section 6.2): scheme, host and port, nothing else.
pub(crate) fn origin(text: &str) -> Result<HeaderValue, OpenError> {
    let wrong = || OpenError::Origin { value: text.to_owned() };
    let url = reqwest::Url::parse(text).map_err(|_| wrong())?;
    if url.origin().ascii_serialization() != text {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}
