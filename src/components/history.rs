//! Payments, newest first.

use leptos::prelude::*;
use stepup::view::{AccountView, HistoryView, Loadable, PastTransfer};

use super::{problem, skeleton};
use crate::{
    format,
    markup::{Markup, ROOT, around, fixed, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// How many payments stand on the first page.
const LATEST: usize = 5;

/// The latest ones, and the way to all.
pub(crate) fn latest(signal: ViewSignal) -> AnyView {
    section(signal, |list| {
        let all = fixed(
            r#"<p class="see-all"><a class="link" href="/payments" data-text="account.see_all"></a></p>"#,
        );
        vec![entries(list.iter().take(LATEST), true), all]
    })
}

fn section(signal: ViewSignal, draw: fn(&[PastTransfer]) -> Vec<AnyView>) -> AnyView {
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
            Loadable::Ready(HistoryView::List(list)) => draw(list),
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

/// Lines of payments. `is_linked`: each leads to the page of its payment.
pub(crate) fn entries<'a>(list: impl Iterator<Item = &'a PastTransfer>, is_linked: bool) -> AnyView {
    around(r#"<ul class="entries"></ul>"#, list.map(|transfer| entry(transfer, is_linked)).collect())
}

fn entry(transfer: &PastTransfer, is_linked: bool) -> AnyView {
    let PastTransfer { id, outgoing, counterparty, iban, money, reference, at, balance, .. } = transfer;
    let mut entry = Markup::new(if is_linked {
        r#"<li class="entry"><a class="entry-row" slot="row"><span class="entry-sign" slot="sign"></span><span class="entry-text" slot="text"><span class="entry-name"><span class="visually-hidden" slot="direction"></span><span slot="counterparty"></span></span></span><span class="entry-amount" slot="amount"></span></a></li>"#
    } else {
        r#"<li class="entry"><span class="entry-row" slot="row"><span class="entry-sign" slot="sign"></span><span class="entry-text" slot="text"><span class="entry-name"><span class="visually-hidden" slot="direction"></span><span slot="counterparty"></span></span></span><span class="entry-amount" slot="amount"></span></span></li>"#
    });
    let name = if counterparty.is_empty() { iban } else { counterparty };
    if is_linked {
        entry.attribute("row", "href", &["/payments/", id].concat());
    }
    if !*outgoing {
        entry.attribute("amount", "class", "entry-amount incoming");
    }
    entry.text("sign", &initials(name));
    entry.attribute("sign", "aria-hidden", "true");
    entry.text(
        "direction",
        &messages::text(if *outgoing { "history.sent_to" } else { "history.received_from" }),
    );
    entry.text("counterparty", name);
    if !reference.is_empty() {
        entry.view("text", with_text(r#"<span class="entry-reference"></span>"#, reference));
    }
    let mut time = Markup::new(r#"<time class="entry-time"></time>"#);
    time.attribute(ROOT, "datetime", at);
    time.text(ROOT, &format::moment(at));
    entry.view("text", time.into_view());
    let amount = with_text("<span></span>", &format::signed(money, *outgoing));
    entry.view("amount", amount);
    if let Some(balance) = balance {
        entry.view("amount", with_text(r#"<span class="entry-balance"></span>"#, &format::money(balance)));
    }
    entry.into_view()
}

/// The first letters of two words of a name.
fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect()
}
