//! The companion bank: an API that shows a balance and carries out transfers, once.
//!
//! - [`config`]: what a deployment sets. [`clock`]: the time, as a parameter.
//! - `http/`: one file per endpoint with its request, answer and handler; `problem` has every error answer.
//! - `token/`: from the `Authorization` header to a caller who may do what was asked for.
//! - `ledger/`: accounts, double-entry postings, decided orders, spent tokens; the only room with SQL.
//!
//! Requests go down these rooms in that order, and nothing goes up: the ledger knows no HTTP, the tokens know no ledger.

pub mod clock;
pub mod config;
mod http;
pub mod ledger;
mod object;
mod token;

use std::sync::Arc;

use axum::Router;

pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{
    Config, DEFAULT_READS_PER_MINUTE, DEFAULT_TRANSFERS_PER_MINUTE, DynamicLinking, OpenError, OpeningAccount,
};
pub use database_setup::{Database, DatabaseError, PostgresUrl};
pub use ledger::Ledger;

/// An open bank.
#[derive(Clone)]
pub struct Bank {
    app: http::App,
    allowed_origins: Vec<axum::http::HeaderValue>,
}

impl Bank {
    /// Opens the books (creating and migrating them where needed), audits them, and sees to the opening accounts.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let tokens = token::Verifier::new(&config, Arc::clone(&clock))?;
        let allowed_origins =
            config.allowed_origins.iter().map(|text| http::origin(text)).collect::<Result<_, _>>()?;
        let ledger = Ledger::open(&config.database).await?;
        let now = http::timestamp(clock.now());
        for account in &config.opening_accounts {
            ledger.ensure_account(account, &config.issuer, now).await?;
        }
        let orders = http::RateLimiter::new("orders", config.transfers_per_minute);
        let reads = http::RateLimiter::new("requests", config.reads_per_minute);
        let dynamic_linking = config.dynamic_linking;
        Ok(Self { app: http::App { ledger, tokens, clock, orders, reads, dynamic_linking }, allowed_origins })
    }

    /// The API as a service of its own: unknown paths are answered with a problem too.
    pub fn router(&self) -> Router {
        http::router(self.app.clone(), &self.allowed_origins)
    }

    /// The API without an answer for unknown paths, to be merged into a router that has one.
    pub fn routes(&self) -> Router {
        http::routes(self.app.clone(), &self.allowed_origins)
    }

    /// The books, to look into.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.app.ledger
    }

    /// Lets what is under way finish and closes the books. Requests after that get a 500.
    pub async fn close(&self) {
        self.app.ledger.close().await;
    }
}
