//! The focus goes to the heading of what has changed: keyboard and screen reader follow the eye.

use std::mem::{Discriminant, discriminant};

use leptos::prelude::*;
use stepup::{
    domain::Place,
    view::{Screen, TransferView, View},
};

use crate::{
    focus::{PAGE_HEADING, focus_soon},
    pages::AccountPage,
    view_signal::{self, ViewSignal},
};

/// What the page's heading is about. Two views with the same subject differ in details only.
#[derive(Clone, PartialEq)]
struct Subject {
    screen: Discriminant<Screen>,
    is_started: bool,
    page: Option<AccountPage>,
    place: Place,
    /// Of a transfer that is on the page.
    step: Option<TransferStep>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct TransferStep {
    kind: Discriminant<TransferView>,
    is_form: bool,
}

impl Subject {
    fn of(view: &View) -> Self {
        let transfer =
            view.account().filter(|account| account.shows_transfer).map(|account| &account.transfer);
        Self {
            screen: discriminant(&view.screen),
            is_started: view.screen != Screen::Starting,
            page: AccountPage::of(view),
            place: view.place.clone(),
            step: transfer.map(|transfer| TransferStep {
                kind: discriminant(transfer),
                is_form: matches!(transfer, TransferView::Form(_)),
            }),
        }
    }

    /// Is it a new one, coming from `before`? On the first screen after loading the browser starts at the top by itself.
    fn is_new(&self, before: Option<&Self>) -> bool {
        match before.filter(|before| before.is_started) {
            None => self.step.is_some_and(|step| !step.is_form),
            Some(before) => before != self,
        }
    }
}

/// Moves the focus to the heading of a screen or a step whenever that changes, and never while somebody types.
pub(crate) fn follow(signal: ViewSignal) {
    let subject = view_signal::slice_of(signal, |before, now| Subject::of(before) == Subject::of(now));
    Effect::new(move |before: Option<Subject>| {
        let now = Subject::of(&subject.get());
        if now.is_new(before.as_ref()) {
            focus_soon(PAGE_HEADING);
        }
        now
    });
}
