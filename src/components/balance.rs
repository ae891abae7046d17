//! What there is: the largest thing on the page.

use leptos::prelude::*;
use stepup::view::{BalanceView, Loadable};

use super::{problem, skeleton};
use crate::format;

pub(crate) fn balance(balance: Memo<Option<Loadable<BalanceView>>>) -> impl IntoView {
    view! {
        <section class="balance" aria-labelledby="account-heading">
            <h1 id="account-heading" tabindex="-1">"Your account"</h1>
            {move || match balance.get()? {
                Loadable::Loading => {
                    Some(
                        view! {
                            <p role="status" class="visually-hidden">"Your balance is being loaded."</p>
                            {skeleton::balance()}
                        }
                            .into_any(),
                    )
                }
                Loadable::Ready(balance) => Some(ready(balance)),
                Loadable::Failed(problem) => {
                    Some(view! { <div class="balance-failed">{problem::could_not_load(&problem)}</div> }.into_any())
                }
            }}
        </section>
    }
}

fn ready(balance: BalanceView) -> AnyView {
    match balance {
        BalanceView::Amount { money, iban, holder } => view! {
            <p class="balance-label" id="balance-label">"Balance"</p>
            <p class="balance-amount" data-testid="balance" aria-describedby="balance-label">
                {format::money(&money)}
            </p>
            <p class="balance-owner">
                {holder.map(|holder| view! { <span>{holder}</span> })}
                {iban.map(|iban| view! { <span class="iban">{iban}</span> })}
            </p>
        }
        .into_any(),
        BalanceView::Message(sentence) => view! {
            <p class="balance-label">"Your bank says"</p>
            <p class="balance-message" data-testid="balance">{sentence}</p>
        }
        .into_any(),
    }
}
