//! Faults on order: which request, and what happens to it instead.

use super::{
    Exchange, Recorder,
    intervention::{Gate, Intervention, Matches},
};
use axum::response::Response;
use std::sync::Arc;

/// A rule in the making: the requests it is about are known, what happens to them is not.
pub struct When<'a> {
    recorder: &'a Recorder,
    matches: Matches,
}

impl When<'_> {
    /// Such requests wait at the gate before they are handled.
    #[must_use = "only the gate can let them through"]
    pub fn hold(self) -> Gate {
        let gate = Gate::new();
        self.add(Intervention::Hold(gate.clone()));
        gate
    }

    /// Such requests are answered like that, without the server.
    #[must_use = "the rule stays until it is lifted"]
    pub fn answer(self, response: impl Fn() -> Response + Send + Sync + 'static) -> Rule {
        self.add(Intervention::Replace(Arc::new(response)))
    }

    /// Such requests never arrive: the connection breaks.
    #[must_use = "the rule stays until it is lifted"]
    pub fn cut(self) -> Rule {
        self.add(Intervention::Cut)
    }

    /// Such requests are handled, and their answers are lost.
    #[must_use = "the rule stays until it is lifted"]
    pub fn lose_response(self) -> Rule {
        self.add(Intervention::Lose)
    }

    fn add(self, intervention: Intervention) -> Rule {
        Rule { id: self.recorder.add(self.matches, intervention), recorder: self.recorder.clone() }
    }
}

impl Recorder {
    /// Begins a rule about the requests that fit. Of several, the newest counts.
    pub fn when(&self, fits: impl Fn(&Exchange) -> bool + Send + Sync + 'static) -> When<'_> {
        When { recorder: self, matches: Arc::new(fits) }
    }
}

/// A rule in force.
#[derive(Debug)]
pub struct Rule {
    recorder: Recorder,
    id: usize,
}

impl Rule {
    /// From now on the server answers again.
    pub fn lift(self) {
        self.recorder.remove(self.id);
    }
}
