//! What there is: the largest thing on the page.

use leptos::prelude::*;
use stepup::view::{BalanceView, Loadable};

use super::{copy, problem, skeleton};
use crate::{
    format,
    markup::{Markup, ROOT, around, fixed, with_texts},
    view_signal::{ViewSignal, dynamic, empty, slice_of_account},
};

pub(crate) fn balance(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of_account(signal, |account| &account.balance);
    around(
        r#"<section class="balance" aria-labelledby="account-heading"><h1 id="account-heading" tabindex="-1" data-text="account.heading"></h1></section>"#,
        vec![dynamic(move || {
            view_slice.get().account().map_or_else(empty, |account| content(&account.balance))
        })],
    )
}

/// The balance as one line, above what it is needed for.
pub(crate) fn line(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of_account(signal, |account| &account.balance);
    let amount = dynamic(move || match view_slice.get().account().map(|account| &account.balance) {
        Some(Loadable::Ready(BalanceView::Amount { money, .. })) => amount("figures", &format::money(money)),
        Some(Loadable::Ready(BalanceView::Message(sentence))) => amount("", sentence),
        Some(Loadable::Failed(problem)) => around("<div></div>", problem::could_not_load(problem)),
        _ => fixed(r#"<span class="skeleton"></span>"#),
    });
    around(
        r#"<div class="balance-line"><p id="balance-label" data-text="balance.label"></p></div>"#,
        vec![amount],
    )
}

fn content(balance: &Loadable<BalanceView>) -> AnyView {
    match balance {
        Loadable::Loading => {
            let mut views = skeleton::balance();
            let loading = r#"<p role="status" class="visually-hidden" data-text="balance.loading"></p>"#;
            views.insert(0, fixed(loading));
            views.into_any()
        }
        Loadable::Withheld => fixed(r#"<p class="balance-message" data-text="balance.withheld"></p>"#),
        Loadable::Ready(balance) => ready(balance),
        Loadable::Failed(problem) => {
            around(r#"<div class="balance-failed"></div>"#, problem::could_not_load(problem))
        }
    }
}

fn ready(balance: &BalanceView) -> AnyView {
    match balance {
        BalanceView::Amount { money, iban, holder } => {
            let owner = [holder, iban].map(|text| text.as_deref().unwrap_or_default());
            vec![
                fixed(r#"<p class="balance-label" id="balance-label" data-text="balance.label"></p>"#),
                amount("balance-amount", &format::money(money)),
                with_texts(
                    r#"<p class="balance-owner"><span slot></span><span class="iban" slot></span></p>"#,
                    &owner,
                ),
                iban.as_deref().map_or_else(empty, copy::copy_iban),
            ]
            .into_any()
        }
        BalanceView::Message(sentence) => vec![
            fixed(r#"<p class="balance-label" id="balance-label" data-text="bank.says"></p>"#),
            amount("balance-message", sentence),
        ]
        .into_any(),
    }
}

fn amount(class: &str, text: &str) -> AnyView {
    let mut amount = Markup::new(r#"<p data-testid="balance" aria-describedby="balance-label"></p>"#);
    amount.attribute(ROOT, "class", class);
    amount.text(ROOT, text);
    amount.into_view()
}
