//! What happens to a request instead of what would.

use super::Exchange;
use crate::{TestError, eventually::WAIT_TIMEOUT};
use axum::response::Response;
use std::{fmt, sync::Arc};
use tokio::{sync::watch, time::timeout};

pub(super) type Matches = Arc<dyn Fn(&Exchange) -> bool + Send + Sync>;

/// What happens to a request that a rule is about.
#[derive(Clone)]
pub(super) enum Intervention {
    /// It waits before it is handled.
    Hold(Gate),
    /// The harness answers in the server's place.
    Replace(Arc<dyn Fn() -> Response + Send + Sync>),
    /// The connection breaks, and the server never sees the request.
    Cut,
    /// The server handles it, and its answer is lost.
    Lose,
}

/// Holds requests until it is opened.
#[derive(Clone)]
pub struct Gate {
    open: Arc<watch::Sender<bool>>,
    waiting: Arc<watch::Sender<usize>>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { open: Arc::new(watch::Sender::new(false)), waiting: Arc::new(watch::Sender::new(0)) }
    }

    /// Lets everybody through who waits, and who comes later.
    ///
    /// # Panics
    ///
    /// If nobody has come yet: what the test saw until now, it did not see while a request was held.
    pub fn open(&self) {
        assert!(*self.waiting.borrow() > 0, "a gate is opened that no request has come to");
        self.open.send_replace(true);
    }

    /// Waits until a request stands before the gate.
    pub async fn wait_until_reached(&self) -> Result<(), TestError> {
        let mut waiting = self.waiting.subscribe();
        match timeout(WAIT_TIMEOUT, waiting.wait_for(|count| *count > 0)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(TestError::permanent("no request came to the gate")),
        }
    }

    pub(super) async fn pass(&self) {
        self.waiting.send_modify(|count| *count += 1);
        // It fails only when the gate is gone, and this is one.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate(open: {})", *self.open.borrow())
    }
}
