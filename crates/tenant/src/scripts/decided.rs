//! What the scripts have decided about a request under way.

use std::sync::{Arc, Mutex, PoisonError};

use actions::{Decisions, Script};

use crate::store::Challenge;

/// One run's decisions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Decision {
    pub(crate) decisions: Decisions,
    /// The scripts that run after the second factor.
    pub(crate) rest: Option<Rest>,
    /// The second factor that the customer was asked for because of it: what it shows may be granted.
    pub(crate) challenge: Option<Challenge>,
}

/// Scripts that wait. They are kept as they were read: a run that began with one text does not go on with another.
#[derive(Debug, Clone)]
pub(crate) struct Rest {
    pub(crate) scripts: Arc<[Script]>,
    pub(crate) next: usize,
}

/// The place in a request for its decision. Each run's is written down with the transition that it leads to, under the
/// store's lock; a customer who has to log in once more gets another.
#[derive(Debug, Default)]
pub(crate) struct Decided(Mutex<Arc<Decision>>);

impl Decided {
    pub(crate) fn get(&self) -> Arc<Decision> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, decision: Decision) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(decision);
    }
}
