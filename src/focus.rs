//! Where the focus goes when the page changes under the customer: keyboard and screen reader follow the eye.

use std::mem::{Discriminant, discriminant};

use leptos::prelude::*;
use stepup::view::{Screen, TransferView, View};
use wasm_bindgen::JsCast;

use crate::{
    app::Intent,
    shown::{self, Shown},
};

/// The heading of the page.
const PAGE: &str = "h1";
/// The heading of the transfer's step.
const TRANSFER: &str = "#transfer-heading";

/// Which heading is the one to read now. Two views with the same place differ in details only.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    screen: Discriminant<Screen>,
    started: bool,
    step: Option<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Step {
    kind: Discriminant<TransferView>,
    is_form: bool,
}

impl Place {
    fn of(view: &View) -> Self {
        let step = view.account().map(|account| Step {
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
            None => in_progress.then_some(TRANSFER),
            Some(before) if before.screen != self.screen => Some(if in_progress { TRANSFER } else { PAGE }),
            Some(before) => (before.step != self.step).then_some(TRANSFER),
        }
    }
}

/// Moves the focus to the heading of a screen or a step whenever that changes, and never while somebody types.
pub(crate) fn follow(shown: Shown) {
    let place = shown::follow(shown, |before, now| Place::of(before) == Place::of(now));
    Effect::new(move |before: Option<Place>| {
        let now = Place::of(&place.get());
        if let Some(heading) = now.target(before) {
            focus_soon(heading);
        }
        now
    });
}

/// Gives the focus a place to stay when a button is about to vanish with its own click.
pub(crate) fn keep(intent: &Intent) {
    match intent {
        Intent::TryAgain => focus_soon(PAGE),
        Intent::AskAgain => focus_soon(TRANSFER),
        _ => {}
    }
}

/// Whatever has the focus now may be about to be replaced: its successor gets it, or else the heading.
pub(crate) fn survive() {
    let focused = || document().query_selector(":focus").ok().flatten();
    let Some(before) = focused() else { return };
    queue_microtask(move || {
        if focused().is_none() {
            let id = before.id();
            focus(&if id.is_empty() { PAGE.to_owned() } else { ["#", &id].concat() });
        }
    });
}

/// Waits for the page to be drawn: effects run in no promised order, and all of them before the next microtask.
fn focus_soon(selector: &'static str) {
    queue_microtask(move || focus(selector));
}

/// Focuses what a selector finds, if it finds something.
pub(crate) fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Focusing an element that is not in the page does nothing; there is no other way to fail.
        let _ = element.focus();
    }
}
