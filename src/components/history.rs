//! What came and went, newest first.

use leptos::prelude::*;
use stepup::view::{AccountView, HistoryView, Loadable, PastTransfer};

use super::{
    icon::{Icon, icon},
    problem, skeleton,
};
use crate::{
    format,
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
            Loadable::Loading => skeleton::entries(),
            Loadable::Ready(HistoryView::List(list)) if list.is_empty() => {
                view! { <p class="quiet">"Nothing yet. What you send and receive will stand here."</p> }
                    .into_any()
            }
            Loadable::Ready(HistoryView::List(list)) => {
                view! { <ul class="entries">{list.iter().map(entry).collect::<Vec<_>>()}</ul> }.into_any()
            }
            Loadable::Failed(_) if balance_failed => {
                view! { <p class="quiet">"What came and went could not be loaded either."</p> }.into_any()
            }
            Loadable::Failed(problem) => problem::could_not_load(problem),
        };
        view! {
            <section class="card activity" aria-labelledby="activity-heading">
                <h2 id="activity-heading">"Activity"</h2>
                {content}
            </section>
        }
        .into_any()
    })
}

/// The history, and whether the balance failed too: then there is one cause and one button, and they stand there.
fn read(account: &AccountView) -> (&Loadable<HistoryView>, bool) {
    (&account.history, matches!(account.balance, Loadable::Failed(_)))
}

/// One line.
pub(crate) fn entry(transfer: &PastTransfer) -> AnyView {
    let PastTransfer { outgoing, counterparty, iban, money, reference, at, .. } = transfer;
    let (sign, direction, sign_class, amount_class) = if *outgoing {
        (Icon::Out, "Sent to ", "entry-sign", "entry-amount")
    } else {
        (Icon::In, "Received from ", "entry-sign incoming", "entry-amount incoming")
    };
    let name = if counterparty.is_empty() { iban } else { counterparty };
    let reference = if reference.is_empty() {
        empty()
    } else {
        view! { <span class="entry-reference">{reference.clone()}</span> }.into_any()
    };
    view! {
        <li class="entry">
            <span class=sign_class>{icon(sign)}</span>
            <span class="entry-text">
                <span class="entry-name">
                    <span class="visually-hidden">{direction}</span>
                    {name.clone()}
                </span>
                {reference}
                <time class="entry-time" datetime=at.clone()>{format::moment(at)}</time>
            </span>
            <span class=amount_class>{format::signed(money, *outgoing)}</span>
        </li>
    }
    .into_any()
}
