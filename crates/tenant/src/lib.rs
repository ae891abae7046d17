//! A local OpenID provider that behaves like an Auth0 tenant: the implicit flow, APIs with scopes, and a second
//! factor (push, one-time code or recovery code) whenever a step-up scope is granted. It is the companion of the Riser client, for development and
//! for tests, and shares no code with it.
//!
//! The layout:
//! - `config`: what a deployment sets, and its checks; `clock`: the time as a parameter
//! - `durable`: what survives a restart, in SQLite or PostgreSQL
//! - `keys`, `tokens`, `passwords`, `random`: cryptography
//! - `payment`: the one payment that a request may be for (RFC 9396)
//! - `scopes`: what is granted and what costs a second factor, as pure rules
//! - `scripts`: Actions and Rules, run by the crate `actions`
//! - `factors`: what a second factor can be, one-time codes, recovery codes, QR codes
//! - `store`: sessions, requests under way, pushes, phones, enrolments; plain data, no I/O
//! - `flow`: what happens between a request and its answer; `answer`: the redirects back to the client
//! - `metrics`: what is counted, for whoever runs it
//! - `log`: what happened to each request, for the developer; `endpoints/log` shows it
//! - `endpoints`: one file or folder per endpoint; `http`: parameters, cookies, headers; `pages`: what people see

mod answer;
mod clock;
mod config;
mod durable;
mod endpoints;
mod factors;
mod flow;
mod grant;
mod http;
mod keys;
mod log;
mod metrics;
mod pages;
mod passwords;
mod payment;
mod random;
mod scopes;
mod scripts;
mod state;
mod store;
mod tokens;

use std::sync::Arc;

use tokio::task::{self, JoinError};

pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{
    Action, ActionKind, Api, ApiScope, Client, Config, ConfigError, ConfigErrors, ConfigFile, Customer,
    EnrolledFactors, FileError, GrantType, KeyStore, Lifetimes, Limits, LogAccess, Password, Profile,
    STEP_UP_ACTION,
};
pub use database_setup::{Database, DatabaseError, PostgresUrl};
pub use durable::DurableError;
pub use keys::{KEY_FILE, KEY_FILES, KeyError, Rotation, rotate};
pub use passwords::{CostError, PasswordError, hash as hash_password};

/// A running tenant. Clones are the same tenant.
#[derive(Clone)]
pub struct Tenant(Arc<state::State>);

/// Why a tenant cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The configuration would not work.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// What has to survive a restart cannot be read or kept.
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// There is no signing key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A customer's password cannot be used.
    #[error("customer {sub:?}: {source}")]
    Password {
        /// The customer's subject identifier.
        sub: String,
        /// What is wrong with it.
        source: PasswordError,
    },
    /// The runtime is shutting down.
    #[error("the tenant could not finish starting: {0}")]
    Interrupted(#[from] JoinError),
}

impl Tenant {
    /// Checks the configuration, opens the database, reads or makes the signing keys, hashes plain passwords. A few
    /// hundred milliseconds of arithmetic, done away from the runtime's threads.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        config::check(&config)?;
        let kept = durable::open(&config.database).await?;
        let state = task::spawn_blocking(move || state::State::open(config, clock, kept)).await??;
        Ok(Self(Arc::new(state)))
    }

    /// Every endpoint and page.
    pub fn router(&self) -> axum::Router {
        endpoints::router(Arc::clone(&self.0))
    }

    /// Says what the tenant's metrics mean, once a recorder is installed. Without one nothing is counted.
    pub fn describe_metrics() {
        metrics::describe();
    }

    /// Lets go of the pages that wait for something to happen, so that a graceful shutdown does not wait for them.
    pub fn close(&self) {
        self.0.close();
    }

    /// Writes what is still to be written and closes the database. Whoever has been answered does not depend on it.
    pub async fn finish(&self) {
        self.0.journal.finish().await;
    }
}
