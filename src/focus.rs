//! Moving the focus, and keeping it when the element that has it is replaced.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::intent::Intent;

/// The heading of the page.
pub(crate) const PAGE_HEADING: &str = "h1";

/// Gives the focus a place to stay when a button is about to vanish with its own click.
pub(crate) fn before_intent(intent: &Intent) {
    match intent {
        Intent::TryAgain | Intent::AskAgain => focus_soon(PAGE_HEADING),
        _ => {}
    }
}

/// Whatever has the focus now may be about to be replaced: its successor gets it, or else the heading.
pub(crate) fn survive_replacement() {
    let focused = || document().query_selector(":focus").ok().flatten();
    let Some(before) = focused() else { return };
    queue_microtask(move || {
        if focused().is_none() {
            let id = before.id();
            focus(&if id.is_empty() { PAGE_HEADING.to_owned() } else { ["#", &id].concat() });
        }
    });
}

/// Waits for the page to be drawn: effects run in no promised order, and all of them before the next microtask.
pub(crate) fn focus_soon(selector: &'static str) {
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
