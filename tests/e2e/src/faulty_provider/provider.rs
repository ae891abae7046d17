//! The provider: what it knows, what it does wrong, and what it has issued.

use super::{
    codes::Codes,
    fault::Fault,
    keys::{Beginning, Key},
};
use crate::{TestError, Token};
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
pub struct FaultyProvider(Arc<Inner>);

struct Inner {
    registration: Registration,
    /// Not the provider's: that of somebody who wants to be taken for it.
    foreign: Arc<Key>,
    state: Mutex<State>,
}

pub(super) struct State {
    fault: Option<Fault>,
    /// The one that signs, and the one before it, which is published for a while longer.
    key: Arc<Key>,
    retired: Arc<Key>,
    pub(super) codes: Codes,
    pub(super) issued: Vec<Token>,
}

/// What handlers take.
pub(super) type Shared = axum::extract::State<FaultyProvider>;

impl FaultyProvider {
    /// A provider that behaves.
    pub fn new(registration: Registration) -> Result<Self, TestError> {
        let Beginning { signs: key, retired, foreign } = Beginning::keys()?;
        let state = State { fault: None, key, retired, codes: Codes::default(), issued: Vec::new() };
        Ok(Self(Arc::new(Inner { registration, foreign, state: Mutex::new(state) })))
    }

    /// From now on it does this one thing wrong.
    pub fn set_fault(&self, fault: Fault) {
        self.state().fault = Some(fault);
    }

    /// From now on it does everything right.
    pub fn clear_fault(&self) {
        self.state().fault = None;
    }

    /// From now on it signs with a new key. Of the older ones it publishes the last.
    pub fn rotate_keys(&self) -> Result<(), TestError> {
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

    pub(super) fn registration(&self) -> &Registration {
        &self.0.registration
    }

    /// An address below the issuer; `path` begins with a slash.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.registration().issuer.trim_end_matches('/'))
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.state().fault
    }

    /// Does it do that wrong at the moment?
    pub(super) fn has_fault(&self, fault: Fault) -> bool {
        self.fault() == Some(fault)
    }

    pub(super) fn key(&self) -> Arc<Key> {
        Arc::clone(&self.state().key)
    }

    pub(super) fn retired_key(&self) -> Arc<Key> {
        Arc::clone(&self.state().retired)
    }

    pub(super) fn foreign_key(&self) -> &Key {
        &self.0.foreign
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for FaultyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyProvider").field("fault", &self.fault()).finish_non_exhaustive()
    }
}
