//! One payment: everything that the bank knows of it.

use leptos::prelude::*;
use stepup::{
    domain::{Iban, Payee},
    view::{AccountView, Loadable, PastTransfer, PayeesView},
};

use crate::{
    components::{
        balance,
        button::{ButtonKind, button},
        copy, payees, problem, receipt, skeleton,
    },
    format,
    intent::Intent,
    markup::{around, fixed},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn payment(signal: ViewSignal) -> Vec<AnyView> {
    let view_slice = slice_of(signal, |before, now| before.account().map(shown) == now.account().map(shown));
    let content = dynamic(move || {
        let view = view_slice.get();
        let Some(account) = view.account() else { return empty() };
        let parts = match &account.payment {
            Loadable::Ready(payment) => details(payment, &account.payees),
            Loadable::Failed(problem) => problem::could_not_load(problem),
            Loadable::Loading => vec![skeleton::entries()],
            Loadable::Withheld => return empty(),
        };
        around(r#"<section class="card step"></section>"#, parts)
    });
    vec![fixed(r#"<h1 tabindex="-1" data-text="payment.heading"></h1>"#), balance::line(signal), content]
}

/// What the page follows: the payee can be saved until that is done.
fn shown(account: &AccountView) -> (&Loadable<PastTransfer>, &PayeesView) {
    (&account.payment, &account.payees)
}

fn details(payment: &PastTransfer, payees: &PayeesView) -> Vec<AnyView> {
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
    let mut lines = vec![receipt::row("form.amount", "receipt-amount", "", &amount)];
    let known = rows.iter().filter(|(_, _, value)| !value.is_empty());
    lines.extend(known.map(|(name, class, value)| receipt::row(name, "", class, value)));
    let mut buttons = Vec::new();
    if !iban.is_empty() {
        buttons.push(("button.pay_again", Intent::PayAgain, ButtonKind::Primary));
    }
    buttons.push(("button.print", Intent::Print, ButtonKind::Secondary));
    // How much is left is nobody else's concern.
    buttons.extend(receipt::share(amount, rows.iter().take(5).map(|(name, _, value)| (*name, &**value))));
    if let Ok(iban) = Iban::parse(iban) {
        buttons.extend(payees::save_button(payees, Payee { iban, name: counterparty.clone() }));
    }
    let copy = if iban.is_empty() { empty() } else { copy::copy_iban(iban) };
    let buttons = buttons.into_iter().map(|(text, intent, kind)| button(text, intent, kind)).collect();
    vec![receipt::list(lines), copy, problem::actions(buttons)]
}
