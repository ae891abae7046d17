//! A clock that a test can put forward, for the bank in this process. Programs and pages have their own
//! ([`crate::Program::put_clock_forward`], [`crate::Page::put_clock_forward`]).

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The machine's clock, and how much later it is. Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct MovableClock(Arc<AtomicU64>);

impl MovableClock {
    pub(crate) fn put_forward(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    /// How much later it is than the machine says.
    pub(crate) fn ahead(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

impl bank::Clock for MovableClock {
    fn now(&self) -> u64 {
        bank::SystemClock.now() + self.ahead().as_secs()
    }
}
