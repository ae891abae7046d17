//! What is, will be or was sent: the same receipt at every step.

use leptos::prelude::*;
use stepup::view::Receipt;

use crate::format;

/// The receipt, and below it what else is known by now (time, number, new balance).
pub(crate) fn receipt(receipt: &Receipt, facts: Vec<(&'static str, String)>) -> impl IntoView + use<> {
    let reference = match receipt.reference.as_str() {
        "" => view! { <dd class="quiet">"None"</dd> }.into_any(),
        text => view! { <dd>{text.to_owned()}</dd> }.into_any(),
    };
    view! {
        <dl class="receipt">
            <div class="receipt-amount">
                <dt>"Amount"</dt>
                <dd>{format::money(&receipt.money)}</dd>
            </div>
            <div>
                <dt>"Pay to"</dt>
                <dd class="iban">{receipt.payee.clone()}</dd>
            </div>
            <div>
                <dt>"Reference"</dt>
                {reference}
            </div>
            {facts
                .into_iter()
                .map(|(name, value)| {
                    view! {
                        <div>
                            <dt>{name}</dt>
                            <dd>{value}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}
