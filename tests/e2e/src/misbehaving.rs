//! An OpenID provider that can be told to do one thing wrong ([`Fault`]), for tests of how the client takes it.
//!
//! It logs Ada in at once, without a page, and confirms a transfer the same way. As long as it behaves, everything that
//! it sends is right, and the companion bank accepts its access tokens; so what a test sees is the fault's doing. It
//! shares no code with the client's core or with the companion tenant, which never misbehaves.
//!
//! - `authorize`: `/authorize`, the request and the answer to it
//! - `grant`: what was asked for, and the tokens that are made for it
//! - `code`: `/oauth/token`, where a code becomes tokens
//! - `public`: metadata, keys, userinfo, log-out, and what only an attacker offers
//! - `id_token`, `jws`, `keys`, `certificate`: from claims to a signed token, and every way in which that goes wrong

mod authorize;
mod certificate;
mod code;
mod fault;
mod form;
mod grant;
mod id_token;
mod jws;
mod keys;
mod public;

pub use fault::Fault;

use crate::{Miss, Token};
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use code::Codes;
use keys::{Beginning, Key};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Where this provider is, and whom it knows.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Its issuer identifier, with a slash at the end.
    pub issuer: String,
    /// The one client's id.
    pub client_id: String,
    /// The origin that the client is served from.
    pub app: String,
    /// The identifier of the one API.
    pub audience: String,
    /// How long an access token is good for, in seconds.
    pub access_token_seconds: u64,
}

/// A running provider. Clones are the same provider.
#[derive(Clone)]
pub struct Misbehaving(Arc<Inner>);

struct Inner {
    registration: Registration,
    /// Not the provider's: that of somebody who wants to be taken for it.
    foreign: Arc<Key>,
    state: Mutex<State>,
}

struct State {
    fault: Option<Fault>,
    /// The one that signs, and the one before it, which is published for a while longer.
    key: Arc<Key>,
    retired: Arc<Key>,
    codes: Codes,
    issued: Vec<Token>,
}

/// What handlers take.
type Shared = axum::extract::State<Misbehaving>;

impl Misbehaving {
    /// A provider that behaves.
    pub fn new(registration: Registration) -> Result<Self, Miss> {
        let Beginning { signs: key, retired, foreign } = Beginning::keys()?;
        let state = State { fault: None, key, retired, codes: Codes::default(), issued: Vec::new() };
        Ok(Self(Arc::new(Inner { registration, foreign, state: Mutex::new(state) })))
    }

    /// From now on it does this one thing wrong.
    pub fn misbehave(&self, fault: Fault) {
        self.state().fault = Some(fault);
    }

    /// From now on it does everything right.
    pub fn behave(&self) {
        self.state().fault = None;
    }

    /// From now on it signs with a new key. Of the older ones it publishes the last.
    pub fn rotate_keys(&self) -> Result<(), Miss> {
        let key = Arc::new(Key::generate()?);
        let mut state = self.state();
        state.retired = std::mem::replace(&mut state.key, key);
        Ok(())
    }

    /// The access tokens that it has issued, in their order.
    #[must_use]
    pub fn issued(&self) -> Vec<Token> {
        self.state().issued.clone()
    }

    /// Its endpoints.
    pub fn router(&self) -> Router {
        Router::new()
            .route(public::METADATA, get(public::metadata))
            .route(public::KEYS, get(public::keys))
            .route(public::API_KEYS, get(public::api_keys))
            .route(public::USERINFO, get(public::userinfo).post(public::userinfo).options(preflight))
            .route(public::LOG_OUT, get(public::log_out).post(public::log_out))
            .route(public::FOREIGN_KEYS, get(public::foreign_keys))
            .route(public::FOREIGN_CERTIFICATE, get(public::foreign_certificate))
            .route(authorize::PATH, get(authorize::authorize))
            .route(code::PATH, post(code::exchange).options(preflight))
            .with_state(self.clone())
    }

    fn registration(&self) -> &Registration {
        &self.0.registration
    }

    /// An address below the issuer; `path` begins with a slash.
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.registration().issuer.trim_end_matches('/'))
    }

    fn fault(&self) -> Option<Fault> {
        self.state().fault
    }

    /// Does it do that wrong at the moment?
    fn does(&self, fault: Fault) -> bool {
        self.fault() == Some(fault)
    }

    fn key(&self) -> Arc<Key> {
        Arc::clone(&self.state().key)
    }

    fn retired_key(&self) -> Arc<Key> {
        Arc::clone(&self.state().retired)
    }

    fn foreign_key(&self) -> &Key {
        &self.0.foreign
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Misbehaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Misbehaving").field("fault", &self.fault()).finish_non_exhaustive()
    }
}

/// Readable by scripts of every origin.
fn readable(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The answer to a browser that asks first.
async fn preflight() -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type"),
    );
    readable((StatusCode::NO_CONTENT, headers))
}

/// The provider itself is broken, which no test asked for.
fn broken(miss: &Miss) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("the provider of the test is broken: {miss}")).into_response()
}
