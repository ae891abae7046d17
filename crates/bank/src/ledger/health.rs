//! Whether the database can be written, by the last attempt.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::MutexGuard;
use tokio::time::Instant;

use super::error::LedgerError;

/// How long a successful write counts.
const SUCCESS_LIFETIME: Duration = Duration::from_secs(10);
/// How long a failed write counts, so that health checks cannot cause writes without end.
const FAILURE_LIFETIME: Duration = Duration::from_secs(1);

/// When and how the last write ended. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Health(Arc<HealthState>);

#[derive(Debug, Default)]
struct HealthState {
    last_write: Mutex<Option<(Instant, bool)>>,
    probe: tokio::sync::Mutex<()>,
}

impl Health {
    /// Records how a write transaction ended. Errors of an order do not count.
    pub(super) fn note_write(&self, error: Option<&LedgerError>) {
        if error.is_none_or(LedgerError::is_unavailable) {
            *self.0.last_write.lock() = Some((Instant::now(), error.is_none()));
        }
    }

    pub(super) fn has_just_succeeded(&self) -> bool {
        self.last_write_was(true, SUCCESS_LIFETIME)
    }

    pub(super) fn has_just_failed(&self) -> bool {
        self.last_write_was(false, FAILURE_LIFETIME)
    }

    pub(super) async fn lock_probe(&self) -> MutexGuard<'_, ()> {
        self.0.probe.lock().await
    }

    fn last_write_was(&self, succeeded: bool, within: Duration) -> bool {
        let last = *self.0.last_write.lock();
        last.is_some_and(|(at, it)| it == succeeded && at.elapsed() < within)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn last_write_counts_for_its_lifetime() {
        let health = Health::default();
        let state = || (health.has_just_succeeded(), health.has_just_failed());
        assert_eq!(state(), (false, false));
        let away = LedgerError::from(sqlx::Error::PoolTimedOut);
        let writes =
            [(None, SUCCESS_LIFETIME, (true, false)), (Some(&away), FAILURE_LIFETIME, (false, true))];
        for (error, lifetime, expected) in writes {
            health.note_write(error);
            // It says nothing about the database.
            health.note_write(Some(&LedgerError::Overflow));
            assert_eq!(state(), expected);
            advance(lifetime * 9 / 10).await;
            assert_eq!(state(), expected);
            advance(lifetime / 10).await;
            assert_eq!(state(), (false, false));
        }
    }
}
