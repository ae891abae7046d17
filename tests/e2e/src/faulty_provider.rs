//! An OpenID provider that can be told to do one thing wrong ([`Fault`]), for tests of how the client takes it.
//!
//! It logs Ada in at once, without a page, and confirms a transfer the same way. As long as it behaves, everything that
//! it sends is right, and the companion bank accepts its access tokens; so what a test sees is the fault's doing. It
//! shares no code with the client's core or with the companion tenant, which never misbehaves.
//!
//! - `authorize`: `/authorize`, the request and the answer to it
//! - `provider`: what it knows and what it does wrong
//! - `grant`, `tokens`: what was asked for, and the tokens that are made for it
//! - `code`, `codes`: `/oauth/token`, where a code becomes tokens
//! - `public`: metadata, keys, userinfo, log-out, and what only an attacker offers
//! - `id_token`, `jws`, `keys`, `certificate`: from claims to a signed token, and every way in which that goes wrong

mod authorize;
mod certificate;
mod code;
mod codes;
mod fault;
mod form;
mod grant;
mod id_token;
mod jws;
mod keys;
mod paths;
mod provider;
mod public;
mod responses;
mod tokens;

pub use fault::Fault;
pub use provider::{FaultyProvider, Registration};

use axum::{
    Router,
    routing::{get, post},
};
use responses::preflight;

impl FaultyProvider {
    /// Its endpoints.
    pub fn router(&self) -> Router {
        Router::new()
            .route(paths::METADATA, get(public::metadata))
            .route(paths::KEYS, get(public::keys))
            .route(paths::API_KEYS, get(public::api_keys))
            .route(paths::USERINFO, get(public::userinfo).post(public::userinfo).options(preflight))
            .route(paths::LOG_OUT, get(public::log_out).post(public::log_out))
            .route(paths::FOREIGN_KEYS, get(public::foreign_keys))
            .route(paths::FOREIGN_CERTIFICATE, get(public::foreign_certificate))
            .route(paths::AUTHORIZE, get(authorize::authorize))
            .route(paths::TOKEN, post(code::exchange).options(preflight))
            .with_state(self.clone())
    }
}
