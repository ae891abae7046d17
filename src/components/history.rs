//! What came and went, newest first.

use leptos::prelude::*;
use stepup::view::{AccountView, HistoryView, Loadable, PastTransfer};

use super::{
    icon::{Icon, icon},
    problem, skeleton,
};
use crate::{
    format,
    markup::{Markup, ROOT, around, fixed, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// The list.
pub(crate) fn history(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| before.account().map(read) == now.account().map(read));
    dynamic(move || {
        let view = view_slice.get();
        let Some((history, balance_failed)) = view.account().map(read) else { return empty() };
        let content = match history {
            Loadable::Withheld | Loadable::Ready(HistoryView::NotOffered) => return empty(),
            Loadable::Loading => vec![skeleton::entries()],
            Loadable::Ready(HistoryView::List(list)) if list.is_empty() => {
                vec![fixed(r#"<p class="quiet" data-text="history.empty"></p>"#)]
            }
            Loadable::Ready(HistoryView::List(list)) => vec![entries(list)],
            Loadable::Failed(_) if balance_failed => {
                vec![fixed(r#"<p class="quiet" data-text="history.failed_too"></p>"#)]
            }
            Loadable::Failed(problem) => problem::could_not_load(problem),
        };
        around(
            r#"<section class="card activity" aria-labelledby="activity-heading"><h2 id="activity-heading" data-text="history.heading"></h2></section>"#,
            content,
        )
    })
}

/// The history, and whether the balance failed too: then there is one cause and one button, and they stand there.
fn read(account: &AccountView) -> (&Loadable<HistoryView>, bool) {
    (&account.history, matches!(account.balance, Loadable::Failed(_)))
}

/// Lines of activity.
pub(crate) fn entries(list: &[PastTransfer]) -> AnyView {
    around(r#"<ul class="entries"></ul>"#, list.iter().map(entry).collect())
}

fn entry(transfer: &PastTransfer) -> AnyView {
    let PastTransfer { outgoing, counterparty, iban, money, reference, at, .. } = transfer;
    let (sign, direction, html) = if *outgoing {
        (
            Icon::Out,
            "history.sent_to",
            r#"<li class="entry"><span class="entry-sign" slot="sign"></span><span class="entry-text" slot="text"><span class="entry-name"><span class="visually-hidden" slot="direction"></span><span slot="counterparty"></span></span></span><span class="entry-amount" slot="amount"></span></li>"#,
        )
    } else {
        (
            Icon::In,
            "history.received_from",
            r#"<li class="entry"><span class="entry-sign incoming" slot="sign"></span><span class="entry-text" slot="text"><span class="entry-name"><span class="visually-hidden" slot="direction"></span><span slot="counterparty"></span></span></span><span class="entry-amount incoming" slot="amount"></span></li>"#,
        )
    };
    let mut entry = Markup::new(html);
    entry.view("sign", icon(sign));
    entry.text("direction", &messages::text(direction));
    entry.text("counterparty", if counterparty.is_empty() { iban } else { counterparty });
    if !reference.is_empty() {
        entry.view("text", with_text(r#"<span class="entry-reference"></span>"#, reference));
    }
    let mut time = Markup::new(r#"<time class="entry-time"></time>"#);
    time.attribute(ROOT, "datetime", at);
    time.text(ROOT, &format::moment(at));
    entry.view("text", time.into_view());
    entry.text("amount", &format::signed(money, *outgoing));
    entry.into_view()
}
