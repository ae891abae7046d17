//! The title of the page: where the customer is, then the bank's name.

use leptos::prelude::*;
use stepup::view::{Screen, View};

use crate::{
    brand, messages,
    view_signal::{self, ViewSignal},
};

/// Has the document's title follow the view.
pub(crate) fn follow(signal: ViewSignal) {
    let title = view_signal::slice_of(signal, |before, now| title_of(before) == title_of(now));
    Effect::new(move |_: Option<()>| {
        messages::follow();
        match title_of(&title.get()) {
            Some(id) => document().set_title(&[&messages::text(id), " – ", &brand::name()].concat()),
            None => document().set_title(&brand::name()),
        }
    });
}

fn title_of(view: &View) -> Option<&'static str> {
    matches!(view.screen, Screen::Account(_) | Screen::Statements(_)).then(|| view.place.title())
}
