//! One payment: everything that the bank knows of it.

use leptos::prelude::*;
use stepup::view::{Loadable, PastTransfer};

use crate::{
    components::{
        balance,
        button::{ButtonKind, button},
        copy, problem, receipt, skeleton,
    },
    format,
    intent::Intent,
    markup::{around, fixed},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of_account},
};

pub(crate) fn payment(signal: ViewSignal) -> Vec<AnyView> {
    let view_slice = slice_of_account(signal, |account| &account.payment);
    let content = dynamic(move || {
        let view = view_slice.get();
        let Some(account) = view.account() else { return empty() };
        let parts = match &account.payment {
            Loadable::Ready(payment) => details(payment),
            Loadable::Failed(problem) => problem::could_not_load(problem),
            Loadable::Loading => vec![skeleton::entries()],
            Loadable::Withheld => return empty(),
        };
        around(r#"<section class="card step"></section>"#, parts)
    });
    vec![fixed(r#"<h1 tabindex="-1" data-text="payment.heading"></h1>"#), balance::line(signal), content]
}

fn details(payment: &PastTransfer) -> Vec<AnyView> {
    let PastTransfer { outgoing, counterparty, iban, money, reference, at, number, balance, .. } = payment;
    let direction = if *outgoing { "history.sent_to" } else { "history.received_from" };
    let amount = format::signed(money, *outgoing);
    let rows = [
        (direction, "", counterparty.clone()),
        ("receipt.iban", "iban", iban.clone()),
        ("form.reference", "", reference.clone()),
        ("receipt.time", "", format::moment(at)),
        ("receipt.number", "", number.clone().unwrap_or_default()),
        ("receipt.new_balance", "", balance.as_ref().map(format::money).unwrap_or_default()),
    ];
    let known: Vec<_> = rows.into_iter().filter(|(_, _, value)| !value.is_empty()).collect();
    let line = |(name, _, value): &(&str, &str, String)| [messages::text(name).trim(), ": ", value].concat();
    let text =
        std::iter::once(amount.clone()).chain(known.iter().take(5).map(line)).collect::<Vec<_>>().join("\n");
    let mut lines = vec![receipt::row("form.amount", "receipt-amount", "", &amount)];
    lines.extend(known.iter().map(|(name, class, value)| receipt::row(name, "", class, value)));
    let mut buttons = Vec::new();
    if !iban.is_empty() {
        buttons.push(button("button.pay_again", Intent::PayAgain, ButtonKind::Primary));
    }
    buttons.push(button("button.print", Intent::Print, ButtonKind::Secondary));
    if can_share() {
        buttons.push(button("button.share", Intent::Share(text), ButtonKind::Secondary));
    }
    let copy = if iban.is_empty() { empty() } else { copy::copy_iban(iban) };
    vec![receipt::list(lines), copy, problem::actions(buttons)]
}

fn can_share() -> bool {
    js_sys::Reflect::has(&window().navigator(), &"share".into()).unwrap_or_default()
}
