//! Whether the database can be written, as far as the last attempt tells.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::MutexGuard;

use super::error::LedgerError;

/// For how long a write that succeeded tells that the next one will.
const SUCCESS_LIFETIME: Duration = Duration::from_secs(10);
/// For how long one that failed tells that the next one will fail too: nobody can make the bank try without end.
const FAILURE_LIFETIME: Duration = Duration::from_secs(1);

/// When and how the last write ended. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Health(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    last_write: Mutex<Option<(Instant, bool)>>,
    probe: tokio::sync::Mutex<()>,
}

impl Health {
    /// Takes note of how a write transaction ended. Only the database itself counts, and not what an order did wrong.
    pub(super) fn note_write(&self, error: Option<&LedgerError>) {
        if error.is_none_or(LedgerError::is_unavailable) {
            *self.0.last_write.lock() = Some((Instant::now(), error.is_none()));
        }
    }

    /// Whether a write succeeded just now.
    pub(super) fn has_just_succeeded(&self) -> bool {
        self.last_write_was(true, SUCCESS_LIFETIME)
    }

    /// Whether a write failed just now.
    pub(super) fn has_just_failed(&self) -> bool {
        self.last_write_was(false, FAILURE_LIFETIME)
    }

    /// Held by whoever tries to write in order to know.
    pub(super) async fn lock_probe(&self) -> MutexGuard<'_, ()> {
        self.0.probe.lock().await
    }

    fn last_write_was(&self, succeeded: bool, within: Duration) -> bool {
        let last = *self.0.last_write.lock();
        last.is_some_and(|(at, it)| it == succeeded && at.elapsed() < within)
    }
}
