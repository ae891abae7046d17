//! The time, as a parameter: everything that expires asks a [`Clock`], so that a test can be ten minutes older
//! without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01T00:00:00Z, as in the `iat` of a token.
    fn now(&self) -> u64;

    /// Milliseconds since then, for what is only shown. A clock of whole seconds need not say more.
    fn now_ms(&self) -> u64 {
        1_000 * self.now()
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        // A machine that believes to be before 1970 makes tokens that nobody accepts; that is refusal enough.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Another clock, put forward or back.
pub(crate) struct AdjustableClock {
    inner: Arc<dyn Clock>,
    /// In seconds.
    offset: AtomicI64,
}

impl AdjustableClock {
    pub(crate) const fn new(inner: Arc<dyn Clock>) -> Self {
        Self { inner, offset: AtomicI64::new(0) }
    }

    /// By how many seconds it differs from the clock that it adjusts.
    pub(crate) fn set_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }
}

impl Clock for AdjustableClock {
    fn now(&self) -> u64 {
        self.inner.now().saturating_add_signed(self.offset())
    }

    fn now_ms(&self) -> u64 {
        self.inner.now_ms().saturating_add_signed(self.offset().saturating_mul(1_000))
    }
}

/// A clock that stands still until somebody moves it.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    #[must_use]
    pub const fn at(now: u64) -> Self {
        Self(AtomicU64::new(now))
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
