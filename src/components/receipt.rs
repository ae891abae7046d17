//! What is, will be or was sent: the same receipt at every step.

use leptos::prelude::*;
use stepup::domain::Receipt;

use crate::format;

/// The receipt, and below it what else is known by now (time, number, new balance).
pub(crate) fn receipt(receipt: &Receipt, facts: Vec<(&'static str, String)>) -> AnyView {
    let reference = match receipt.reference.as_str() {
        "" => row("Reference", "", "quiet", "None".to_owned()),
        text => row("Reference", "", "", text.to_owned()),
    };
    let mut rows = vec![
        row("Amount", "receipt-amount", "", format::money(&receipt.money)),
        row("Pay to", "", "iban", receipt.payee.clone()),
        reference,
    ];
    rows.extend(facts.into_iter().map(|(name, value)| row(name, "", "", value)));
    view! { <dl class="receipt">{rows}</dl> }.into_any()
}

/// One line, with the classes of the line and of its value.
pub(crate) fn row(
    name: &'static str,
    class: &'static str,
    value_class: &'static str,
    value: String,
) -> AnyView {
    view! {
        <div class=class>
            <dt>{name}</dt>
            <dd class=value_class>{value}</dd>
        </div>
    }
    .into_any()
}
