//! The focus goes to the heading of what has changed: keyboard and screen reader follow the eye.

use std::mem::{Discriminant, discriminant};

use leptos::prelude::*;
use stepup::view::{Screen, TransferView, View};

use crate::{
    focus::{PAGE_HEADING, TRANSFER_HEADING, focus_soon},
    view_signal::{self, ViewSignal},
};

/// Which heading is the one to read now. Two views with the same place differ in details only.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FocusedHeading {
    screen: Discriminant<Screen>,
    started: bool,
    step: Option<TransferStep>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct TransferStep {
    kind: Discriminant<TransferView>,
    is_form: bool,
}

impl FocusedHeading {
    fn of(view: &View) -> Self {
        let step = view.account().map(|account| TransferStep {
            kind: discriminant(&account.transfer),
            is_form: matches!(account.transfer, TransferView::Form(_)),
        });
        Self { screen: discriminant(&view.screen), started: view.screen != Screen::Starting, step }
    }

    /// The heading to go to, coming from `before`; `None` to leave the focus where it is.
    fn target(self, before: Option<Self>) -> Option<&'static str> {
        let in_progress = self.step.is_some_and(|step| !step.is_form);
        match before.filter(|before| before.started) {
            // The first screen after loading: the browser starts at the top by itself.
            None => in_progress.then_some(TRANSFER_HEADING),
            Some(before) if before.screen != self.screen => {
                Some(if in_progress { TRANSFER_HEADING } else { PAGE_HEADING })
            }
            Some(before) => (before.step != self.step).then_some(TRANSFER_HEADING),
        }
    }
}

/// Moves the focus to the heading of a screen or a step whenever that changes, and never while somebody types.
pub(crate) fn follow(signal: ViewSignal) {
    let heading =
        view_signal::slice_of(signal, |before, now| FocusedHeading::of(before) == FocusedHeading::of(now));
    Effect::new(move |before: Option<FocusedHeading>| {
        let now = FocusedHeading::of(&heading.get());
        if let Some(heading) = now.target(before) {
            focus_soon(heading);
        }
        now
    });
}
