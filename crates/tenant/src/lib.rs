//! A local OpenID provider that behaves like an Auth0 tenant: the implicit flow and the code flow, APIs with scopes, and a
//! second factor (push, one-time code or recovery code) whenever a step-up scope is granted. It is the companion of the
//! Riser client, for development and for tests, and shares no code with it.
//!
//! The rooms, from the bottom up; each uses those before it only:
//! - `clock`, `random`, `metrics`, `language`: the ground
//! - `domain`: the values of the protocol, without HTTP, locks or I/O
//! - `credentials`: passwords, one-time codes, recovery codes
//! - `config`: what a deployment sets, and its checks
//! - `log`: what happened to each request, for the developer
//! - `keys`, `tokens`: signing
//! - `persistence`: what survives a restart, in SQLite or PostgreSQL
//! - `control`: what a test sets from outside: the time, faults
//! - `store`: sessions, transactions, pushes, phones, enrolled factors; plain data, no I/O
//! - `web_push`: messages to phones whose page is closed
//! - `script_runner`, `state`: what handlers share
//! - `scripts`: Actions and Rules, told about a log-in
//! - `mfa`: the second factor of a transaction, without HTTP
//! - `page_context`: the language of a page, and the bank's face
//! - `http`: cookies, CORS, security headers
//! - `authorization`: a request is validated, its customer interacted with, and the client answered
//! - `pages`: what people see; `extract`: what handlers take from a request; `endpoints`: one handler each
//! - [`cli`]: the flags and commands of the program

mod authorization;
pub mod cli;
mod clock;
mod config;
mod control;
mod credentials;
mod domain;
mod endpoints;
mod extract;
mod http;
mod keys;
mod language;
mod log;
mod metrics;
mod mfa;
mod open_error;
mod page_context;
mod pages;
mod persistence;
mod random;
mod script_network;
mod script_runner;
mod scripts;
mod state;
mod store;
mod tokens;
mod web_push;

use std::sync::Arc;

use tokio::task;

pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{
    Action, ActionKind, Config, ConfigError, ConfigErrors, ConfigFile, ControlToken, FileError, KeyStore,
    Lifetimes, Limits, LogAccess, STEP_UP_ACTION, ScriptSettings, WebPushSettings,
};
pub use credentials::passwords::{CostError, PasswordError, hash as hash_password};
pub use database_setup::{Database, DatabaseError, PostgresUrl};
pub use domain::{
    Api, ApiScope, Brand, Client, Customer, EnrolledFactors, GrantType, Password, Profile, RefreshTokenPolicy,
};
pub use keys::{KEY_FILE, KEY_FILES, KeyError, Rotation, rotate};
pub use open_error::OpenError;
// For the templates.
pub(crate) use page_context::t;
pub use persistence::DurableError;

/// A running tenant. Clones are the same tenant.
#[derive(Clone)]
pub struct Tenant(state::SharedState);

impl Tenant {
    /// Checks the configuration, opens the database, reads or makes the signing keys, hashes plain passwords. A few
    /// hundred milliseconds of arithmetic, done away from the runtime's threads.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        config::check(&config)?;
        let (loaded, journal) = persistence::open(&config.database).await?;
        let state =
            task::spawn_blocking(move || state::AppState::open(config, clock, loaded, journal)).await??;
        mfa::announce_pushes(&state);
        Ok(Self(state))
    }

    pub fn router(&self) -> axum::Router {
        endpoints::router(self.0.clone())
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
