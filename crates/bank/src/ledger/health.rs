//! Whether the books could be written the last time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::LedgerError;

/// Clones share what they know.
#[derive(Debug, Clone, Default)]
pub(super) struct Health {
    last_write_failed: Arc<AtomicBool>,
}

impl Health {
    /// Takes note of how a write transaction ended. Only the database itself counts, and not what an order did wrong.
    pub(super) fn note_write(&self, error: Option<&LedgerError>) {
        if error.is_none_or(LedgerError::is_away) {
            self.last_write_failed.store(error.is_some(), Ordering::Relaxed);
        }
    }

    pub(super) fn last_write_succeeded(&self) -> bool {
        !self.last_write_failed.load(Ordering::Relaxed)
    }
}
