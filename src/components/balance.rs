//! What there is: the largest thing on the page.

use leptos::prelude::*;
use stepup::view::{BalanceView, Loadable};

use super::{problem, skeleton};
use crate::{
    format,
    view_signal::{ViewSignal, dynamic, empty, slice_of_account},
};

pub(crate) fn balance(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of_account(signal, |account| &account.balance);
    view! {
        <section class="balance" aria-labelledby="account-heading">
            <h1 id="account-heading" tabindex="-1">"Your account"</h1>
            {dynamic(move || {
                view_slice.get().account().map_or_else(empty, |account| content(&account.balance))
            })}
        </section>
    }
    .into_any()
}

fn content(balance: &Loadable<BalanceView>) -> AnyView {
    match balance {
        Loadable::Loading => view! {
            <p role="status" class="visually-hidden">"Your balance is being loaded."</p>
            {skeleton::balance()}
        }
        .into_any(),
        Loadable::Withheld => {
            view! { <p class="balance-message">"Log in to see what you have."</p> }.into_any()
        }
        Loadable::Ready(balance) => ready(balance),
        Loadable::Failed(problem) => {
            view! { <div class="balance-failed">{problem::could_not_load(problem)}</div> }.into_any()
        }
    }
}

fn ready(balance: &BalanceView) -> AnyView {
    match balance {
        BalanceView::Amount { money, iban, holder } => view! {
            <p class="balance-label" id="balance-label">"Balance"</p>
            <p class="balance-amount" data-testid="balance" aria-describedby="balance-label">
                {format::money(money)}
            </p>
            <p class="balance-owner">
                <span>{holder.clone()}</span>
                <span class="iban">{iban.clone()}</span>
            </p>
        }
        .into_any(),
        BalanceView::Message(sentence) => view! {
            <p class="balance-label">"Your bank says"</p>
            <p class="balance-message" data-testid="balance">{sentence.clone()}</p>
        }
        .into_any(),
    }
}
