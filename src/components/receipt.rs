//! What is, will be or was sent: the same receipt at every step.

use leptos::prelude::*;
use stepup::domain::Receipt;

use crate::{
    format,
    markup::{Markup, ROOT, around},
    messages,
};

/// The receipt, and below it what else is known by now (time, number, new balance).
pub(crate) fn receipt(receipt: &Receipt, facts: Vec<(&'static str, String)>) -> AnyView {
    let reference = match receipt.reference.as_str() {
        "" => row("form.reference", "", "quiet", &messages::text("receipt.no_reference")),
        text => row("form.reference", "", "", text),
    };
    let mut rows = vec![
        row("form.amount", "receipt-amount", "", &format::money(&receipt.money)),
        row("receipt.payee", "", "iban", &receipt.payee),
        reference,
    ];
    rows.extend(facts.into_iter().map(|(name, value)| row(name, "", "", &value)));
    list(rows)
}

/// Rows below each other.
pub(crate) fn list(rows: Vec<AnyView>) -> AnyView {
    around(r#"<dl class="receipt"></dl>"#, rows)
}

/// One line, with the classes of the line and of its value. `name` is the id of a message.
pub(crate) fn row(name: &str, class: &str, value_class: &str, value: &str) -> AnyView {
    let mut row = Markup::new("<div><dt slot=\"name\"></dt><dd slot=\"value\"></dd></div>");
    row.attribute(ROOT, "class", class);
    row.attribute("value", "class", value_class);
    row.text("name", &messages::text(name));
    row.text("value", value);
    row.into_view()
}
