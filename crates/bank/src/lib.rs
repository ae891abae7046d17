//! The companion bank: an API that shows a balance and carries out transfers, once.
//!
//! From the top down; each module uses only those below it:
//! - [`cli`]: the flags of the program.
//! - `http`: one file per endpoint with its request, response and handler.
//! - `auth`: from the `Authorization` header to a caller who may do what was asked for.
//! - [`config`]: what a deployment sets.
//! - [`ledger`]: accounts, double-entry postings, decided orders, spent tokens; the only module with SQL.
//! - [`clock`]: the time, as a parameter. `json_object`: JSON objects.

mod auth;
pub mod cli;
pub mod clock;
pub mod config;
mod http;
mod json_object;
pub mod ledger;

use std::sync::Arc;

use axum::Router;

pub use clock::{Clock, ManualClock, SystemClock};
use config::NAME_CHECKS_PER_MINUTE;
pub use config::{
    BankOpenError, Config, DEFAULT_READS_PER_MINUTE, DEFAULT_TRANSFERS_PER_MINUTE, DynamicLinking,
};
pub use database_setup::{Database, DatabaseError, PostgresUrl};
pub use ledger::{History, HistoryError, Ledger, LedgerOpenError, OpeningAccount, PastPayment, SavedPayee};

#[derive(Clone)]
pub struct Bank {
    app: http::App,
    allowed_origins: Vec<axum::http::HeaderValue>,
}

impl Bank {
    /// Opens the ledger (creating and migrating its database where needed), audits it, and ensures the opening accounts.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, BankOpenError> {
        let tokens = auth::TokenVerifier::new(&config, Arc::clone(&clock))?;
        let allowed_origins =
            config.allowed_origins.iter().map(|text| http::parse_origin(text)).collect::<Result<_, _>>()?;
        let ledger = Ledger::open(&config.database).await?;
        let now = http::timestamp(clock.now());
        let history = &config.history;
        let is_new = !ledger.has_bookings().await.map_err(LedgerOpenError::from)?;
        let first = history.payments.first().filter(|_| is_new);
        // Accounts are opened before anything is paid from them.
        let opened_at = first.map_or(now, |payment| payment.at);
        for account in &config.opening_accounts {
            ledger.ensure_account(account, &config.issuer, opened_at).await?;
        }
        if is_new {
            ledger.write_history(history, &config.issuer, now).await?;
        }
        let order_limiter = http::RateLimiter::new("orders", config.transfers_per_minute);
        let name_checks = if config.transfers_per_minute == 0 { 0 } else { NAME_CHECKS_PER_MINUTE };
        let name_check_limiter = http::RateLimiter::new("name checks", name_checks);
        let read_limiter = http::RateLimiter::new("requests", config.reads_per_minute);
        let dynamic_linking = config.dynamic_linking;
        Ok(Self {
            app: http::App {
                ledger,
                tokens,
                clock,
                order_limiter,
                read_limiter,
                name_check_limiter,
                dynamic_linking,
            },
            allowed_origins,
        })
    }

    /// The API as a service of its own, with a problem for unknown paths.
    pub fn router(&self) -> Router {
        http::router(self.app.clone(), &self.allowed_origins)
    }

    /// The API without a fallback for unknown paths, to be merged into a router that has one.
    pub fn api_routes(&self) -> Router {
        http::api_routes(self.app.clone(), &self.allowed_origins)
    }

    pub const fn ledger(&self) -> &Ledger {
        &self.app.ledger
    }

    /// Lets what is under way finish and closes the ledger. Requests after that get a 500.
    pub async fn close(&self) {
        self.app.ledger.close().await;
    }
}
