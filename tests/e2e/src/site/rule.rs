//! Faults on order: which request, and what happens to it instead.

use super::{Exchange, Recorder};
use crate::{Miss, eventually::PATIENCE};
use axum::response::Response;
use std::{fmt, sync::Arc};
use tokio::{sync::watch, time::timeout};

pub(super) type Matches = Arc<dyn Fn(&Exchange) -> bool + Send + Sync>;

/// What happens to a request that a rule is about.
#[derive(Clone)]
pub(super) enum Deed {
    /// It waits before it is handled.
    Hold(Gate),
    /// The harness answers in the server's place.
    Replace(Arc<dyn Fn() -> Response + Send + Sync>),
    /// The connection breaks, and the server never sees the request.
    Cut,
    /// The server handles it, and its answer is lost.
    Lose,
}

/// A rule in the making: the requests it is about are known, what happens to them is not.
pub struct When<'a> {
    pub(super) recorder: &'a Recorder,
    pub(super) matches: Matches,
}

impl When<'_> {
    /// Such requests wait at the gate before they are handled.
    #[must_use = "only the gate can let them through"]
    pub fn hold(self) -> Gate {
        let gate = Gate::new();
        self.recorder.add(self.matches, Deed::Hold(gate.clone()));
        gate
    }

    /// Such requests are answered like that, without the server.
    #[must_use = "the rule stays until it is lifted"]
    pub fn answer(self, response: impl Fn() -> Response + Send + Sync + 'static) -> Rule {
        self.recorder.add(self.matches, Deed::Replace(Arc::new(response)))
    }

    /// Such requests never arrive: the connection breaks.
    #[must_use = "the rule stays until it is lifted"]
    pub fn cut(self) -> Rule {
        self.recorder.add(self.matches, Deed::Cut)
    }

    /// Such requests are handled, and their answers are lost.
    #[must_use = "the rule stays until it is lifted"]
    pub fn lose_the_answer(self) -> Rule {
        self.recorder.add(self.matches, Deed::Lose)
    }
}

/// A rule in force.
#[derive(Debug)]
pub struct Rule {
    pub(super) recorder: Recorder,
    pub(super) id: usize,
}

impl Rule {
    /// From now on the server answers again.
    pub fn lift(self) {
        self.recorder.remove(self.id);
    }
}

/// Holds requests until it is opened.
#[derive(Clone)]
pub struct Gate {
    open: Arc<watch::Sender<bool>>,
    waiting: Arc<watch::Sender<usize>>,
}

impl Gate {
    fn new() -> Self {
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
    pub async fn is_reached(&self) -> Result<(), Miss> {
        let mut waiting = self.waiting.subscribe();
        match timeout(PATIENCE, waiting.wait_for(|count| *count > 0)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Miss::last("no request came to the gate")),
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
