//! All payments, in and out, and the search among them.

use leptos::prelude::*;
use stepup::view::{AccountView, HistoryView, Loadable, PastTransfer, PaymentsView, View};

use crate::{
    components::{
        balance,
        button::{ButtonKind, button},
        history, problem, search, skeleton,
    },
    format,
    intent::Intent,
    markup::{BUSY, Markup, ROOT, around, fixed, with_text},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn payments(signal: ViewSignal) -> Vec<AnyView> {
    let view_slice = slice_of(signal, |before, now| read(before) == read(now));
    let list = dynamic(move || {
        let view = view_slice.get();
        read(&view).map_or_else(empty, |(history, payments)| results(history, payments).into_any())
    });
    let card = vec![search::search(signal), list, more(signal)];
    vec![
        fixed(r#"<h1 tabindex="-1" data-text="nav.payments"></h1>"#),
        balance::line(signal),
        around(r#"<section class="card payments"></section>"#, card),
    ]
}

fn read(view: &View) -> Option<(&Loadable<HistoryView>, &PaymentsView)> {
    view.account().map(|AccountView { history, payments, .. }| (history, payments))
}

fn results(history: &Loadable<HistoryView>, payments: &PaymentsView) -> Vec<AnyView> {
    match history {
        Loadable::Loading => return vec![skeleton::entries()],
        Loadable::Failed(problem) => return problem::could_not_load(problem),
        Loadable::Withheld => return Vec::new(),
        Loadable::Ready(HistoryView::NotOffered) => {
            return vec![fixed(r#"<p class="quiet" role="status" data-text="payments.not_offered"></p>"#)];
        }
        Loadable::Ready(HistoryView::List(_)) => {}
    }
    let mut parts = days(&payments.list);
    if payments.is_loading {
        parts.push(fixed(r#"<p class="quiet" role="status" data-text="payments.loading"></p>"#));
        parts.push(fixed(BUSY));
    } else if payments.list.is_empty() {
        parts.push(fixed(if payments.filter.is_empty() {
            r#"<p class="quiet" data-text="history.empty"></p>"#
        } else {
            r#"<p class="quiet" role="status" data-text="payments.none"></p>"#
        }));
    }
    if let Some(problem) = &payments.problem {
        parts.push(problem::alert(problem));
        parts.push(problem::details(problem));
    }
    parts
}

/// Lines below the day on which they were made.
fn days(list: &[PastTransfer]) -> Vec<AnyView> {
    let day = |payment: &PastTransfer| format::local_day(&payment.at);
    let mut parts = Vec::new();
    for group in list.chunk_by(|one, next| day(one) == day(next)) {
        parts.push(with_text(r#"<h2 class="day"></h2>"#, &day(&group[0])));
        parts.push(history::entries(group.iter(), true));
    }
    parts
}

/// What can be done with the list. The buttons stay where they are, and keep the focus.
fn more(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| read(before).map(offers) == read(now).map(offers));
    let mut actions = Markup::new(r#"<div class="actions"></div>"#);
    for (at, (label, intent)) in
        [("payments.more", Intent::LoadMore), ("payments.export", Intent::Export)].into_iter().enumerate()
    {
        let mut part = Markup::new("<div></div>");
        part.view(ROOT, button(label, intent, ButtonKind::Secondary));
        part.follow(ROOT, move |part| {
            let is_offered = read(&view_slice.get()).is_some_and(|read| offers(read)[at]);
            let _ = part.toggle_attribute_with_force("hidden", !is_offered);
        });
        actions.view(ROOT, part.into_view());
    }
    actions.into_view()
}

/// Is there more to load, and something to export?
fn offers((_, payments): (&Loadable<HistoryView>, &PaymentsView)) -> [bool; 2] {
    [payments.has_more, !payments.list.is_empty()]
}
