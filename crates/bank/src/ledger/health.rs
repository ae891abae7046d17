//! Whether the books can be written, as far as the last attempt tells.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::LedgerError;

/// For how long a write that succeeded tells that the next one will.
const FRESH: Duration = Duration::from_secs(10);

/// When the last write succeeded, if none has failed since. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Health {
    last_write: Arc<Mutex<Option<Instant>>>,
}

impl Health {
    /// Takes note of how a write transaction ended. Only the database itself counts, and not what an order did wrong.
    pub(super) fn note_write(&self, error: Option<&LedgerError>) {
        if error.is_none_or(LedgerError::is_away) {
            let succeeded = error.is_none().then(Instant::now);
            *self.last_write.lock().unwrap_or_else(PoisonError::into_inner) = succeeded;
        }
    }

    /// Whether a write succeeded just now.
    pub(super) fn is_fresh(&self) -> bool {
        let last = *self.last_write.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < FRESH)
    }
}
