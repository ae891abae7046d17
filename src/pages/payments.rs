//! Payments: all that came and went, and one of them alone.

use leptos::prelude::*;
use stepup::{
    domain::Place,
    view::{AccountView, HistoryView, Loadable, PastTransfer, View},
};

use crate::{
    components::{balance, history, receipt},
    format,
    markup::{Markup, ROOT, fixed},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn payments(signal: ViewSignal) -> Vec<AnyView> {
    vec![
        fixed(r#"<h1 tabindex="-1" data-text="nav.payments"></h1>"#),
        balance::line(signal),
        history::all(signal),
    ]
}

pub(crate) fn payment(signal: ViewSignal) -> Vec<AnyView> {
    let view_slice = slice_of(signal, |before, now| found(before) == found(now));
    let content = dynamic(move || {
        let view = view_slice.get();
        match (found(&view), view.account().map(|account| &account.history)) {
            (Some(transfer), _) => details(transfer),
            (None, Some(Loadable::Ready(_))) => {
                fixed(r#"<p class="card" role="status" data-text="payments.missing"></p>"#)
            }
            _ => empty(),
        }
    });
    vec![fixed(r#"<h1 tabindex="-1" data-text="payment.heading"></h1>"#), balance::line(signal), content]
}

fn found(view: &View) -> Option<&PastTransfer> {
    let Place::Payment(id) = &view.place else { return None };
    let AccountView { history: Loadable::Ready(HistoryView::List(list)), .. } = view.account()? else {
        return None;
    };
    list.iter().find(|transfer| transfer.id == *id)
}

fn details(transfer: &PastTransfer) -> AnyView {
    let PastTransfer { outgoing, counterparty, iban, money, reference, at, .. } = transfer;
    let direction = if *outgoing { "history.sent_to" } else { "history.received_from" };
    let mut card = Markup::new(r#"<section class="card"></section>"#);
    let rows = [
        (direction, "", counterparty.as_str()),
        ("receipt.iban", "iban", iban),
        ("form.reference", "", reference),
        ("receipt.time", "", &format::moment(at)),
    ];
    let amount = receipt::row("form.amount", "receipt-amount", "", &format::signed(money, *outgoing));
    let known = rows.into_iter().filter(|(_, _, value)| !value.is_empty());
    let rows = known.map(|(name, class, value)| receipt::row(name, "", class, value));
    card.view(ROOT, receipt::list(std::iter::once(amount).chain(rows).collect()));
    card.into_view()
}
