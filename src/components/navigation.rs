//! The places of the client: tabs at the bottom of a phone, a column at the side of a desktop.

use leptos::prelude::*;
use stepup::{
    domain::Place,
    view::{Screen, View},
};

use crate::{
    markup::{Markup, ROOT},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn navigation(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| current(before) == current(now));
    dynamic(move || {
        current(&view_slice.get()).map_or_else(empty, |(slot, has_statements)| draw(slot, has_statements))
    })
}

/// The place that is up, and whether there are statements; nothing while nobody is logged in.
fn current(view: &View) -> Option<(&'static str, bool)> {
    let has_statements = match &view.screen {
        Screen::Account(account) => account.leads_to_statements,
        Screen::Statements(_) => true,
        _ => return None,
    };
    let slot = match view.place {
        Place::Home => "home",
        Place::Pay | Place::Check => "pay",
        Place::Payments | Place::Payment(_) => "payments",
        Place::Statements => "statements",
    };
    Some((slot, has_statements))
}

fn draw(slot: &'static str, has_statements: bool) -> AnyView {
    let mut navigation = Markup::new(
        r#"<nav class="places"><a href="/" slot="home"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 11l8-7 8 7v9h-5v-6H9v6H4z"></path></svg><span data-text="nav.home"></span></a><a href="/pay" slot="pay"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 17L17 7M9 7h8v8"></path></svg><span data-text="nav.pay"></span></a><a href="/payments" slot="payments"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 6h16M4 12h16M4 18h10"></path></svg><span data-text="nav.payments"></span></a><a href="/statements" slot="statements"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5"></path></svg><span data-text="nav.statements"></span></a></nav>"#,
    );
    navigation.attribute(ROOT, "aria-label", &messages::text("nav.label"));
    navigation.attribute(slot, "aria-current", "page");
    if !has_statements {
        navigation.attribute("statements", "hidden", "");
    }
    navigation.into_view()
}
