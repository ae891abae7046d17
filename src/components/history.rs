//! What came and went, newest first.

use leptos::prelude::*;
use stepup::view::{BalanceView, HistoryView, Loadable, PastTransfer};

use super::{
    icon::{Icon, icon},
    problem, skeleton,
};
use crate::format;

/// The list. When the balance failed too there is one cause and one button, and they stand there.
pub(crate) fn history(
    history: Memo<Option<Loadable<HistoryView>>>,
    balance: Memo<Option<Loadable<BalanceView>>>,
) -> impl IntoView {
    let balance_failed = Memo::new(move |_| balance.with(|b| matches!(b, Some(Loadable::Failed(_)))));
    move || {
        let content = match history.get()? {
            Loadable::Ready(HistoryView::NotOffered) => return None,
            Loadable::Loading => skeleton::entries().into_any(),
            Loadable::Ready(HistoryView::List(list)) if list.is_empty() => {
                view! { <p class="quiet">"Nothing yet. What you send and receive will stand here."</p> }
                    .into_any()
            }
            Loadable::Ready(HistoryView::List(list)) => {
                view! { <ul class="entries">{list.into_iter().map(entry).collect_view()}</ul> }.into_any()
            }
            Loadable::Failed(_) if balance_failed.get() => {
                view! { <p class="quiet">"What came and went could not be loaded either."</p> }.into_any()
            }
            Loadable::Failed(problem) => problem::could_not_load(&problem).into_any(),
        };
        Some(view! {
            <section class="card activity" aria-labelledby="activity-heading">
                <h2 id="activity-heading">"Activity"</h2>
                {content}
            </section>
        })
    }
}

fn entry(transfer: PastTransfer) -> impl IntoView {
    let PastTransfer { outgoing, counterparty, iban, money, reference, at, .. } = transfer;
    let (sign, direction) = if outgoing { (Icon::Out, "Sent to ") } else { (Icon::In, "Received from ") };
    let name = if counterparty.is_empty() { iban } else { counterparty };
    let reference =
        (!reference.is_empty()).then(|| view! { <span class="entry-reference">{reference}</span> });
    view! {
        <li class="entry">
            <span class="entry-sign" class:incoming=!outgoing>{icon(sign)}</span>
            <span class="entry-text">
                <span class="entry-name">
                    <span class="visually-hidden">{direction}</span>
                    {name}
                </span>
                {reference}
                <time class="entry-time" datetime=at.clone()>{format::moment(&at)}</time>
            </span>
            <span class="entry-amount" class:incoming=!outgoing>{format::signed(&money, outgoing)}</span>
        </li>
    }
}
