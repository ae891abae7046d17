//! What is, will be or was sent: the same receipt at every step.

use leptos::prelude::*;
use stepup::domain::Receipt;

use super::{button::ButtonKind, payee_check};
use crate::{
    focus, format,
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT, around},
    messages,
};

/// The receipt, and below it what else is known by now (time, number, new balance). `may_change`: each line leads back to its
/// field.
pub(crate) fn receipt(receipt: &Receipt, facts: Vec<(&'static str, String)>, may_change: bool) -> AnyView {
    let none = messages::text("receipt.no_reference");
    let (reference_class, reference) =
        if receipt.reference.is_empty() { ("quiet", &none) } else { ("", &receipt.reference) };
    let line = |name, class, value_class, value: &str, field| {
        let mut line = line(name, class, value_class, value);
        if may_change {
            line.view("value", change(field));
        }
        line.into_view()
    };
    let mut rows = vec![line("form.amount", "receipt-amount", "", &format::money(&receipt.money), "#amount")];
    if let Some(named) = &receipt.name {
        rows.push(line("form.name", "", "", &named.name, "#name"));
        let (class, answer) = payee_check::line(named);
        rows.push(row("name_check.heading", "", class, &answer));
    }
    rows.push(line("receipt.payee", "", "iban", &receipt.payee, "#payee"));
    rows.push(line("form.reference", "", reference_class, reference, "#reference"));
    rows.extend(facts.into_iter().map(|(name, value)| row(name, "", "", &value)));
    list(rows)
}

/// "Share", where the browser has it (Web Share): the amount, and a line for each thing that is known. A name is the id of a
/// message.
pub(crate) fn share<'a>(
    amount: String,
    facts: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<(&'static str, Intent, ButtonKind)> {
    let has_share = js_sys::Reflect::has(&window().navigator(), &"share".into()).unwrap_or_default();
    has_share.then(|| {
        let mut text = amount;
        for (name, value) in facts.filter(|(_, value)| !value.is_empty()) {
            text.extend(["\n", messages::text(name).trim(), ": ", value]);
        }
        ("button.share", Intent::Share(text), ButtonKind::Secondary)
    })
}

/// Rows below each other.
pub(crate) fn list(rows: Vec<AnyView>) -> AnyView {
    around(r#"<dl class="receipt"></dl>"#, rows)
}

/// One line, with the classes of the line and of its value. `name` is the id of a message.
pub(crate) fn row(name: &str, class: &str, value_class: &str, value: &str) -> AnyView {
    line(name, class, value_class, value).into_view()
}

fn line(name: &str, class: &str, value_class: &str, value: &str) -> Markup {
    let mut row =
        Markup::new(r#"<div><dt slot="name"></dt><dd slot="value"><span slot="text"></span></dd></div>"#);
    row.attribute(ROOT, "class", class);
    row.attribute("value", "class", value_class);
    row.text("name", &messages::text(name));
    row.text("text", value);
    row
}

/// Back to a field of the form.
fn change(field: &'static str) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let mut link = Markup::new(r#"<a class="change" href="/pay" data-text="check.change"></a>"#);
    link.attribute(ROOT, "aria-describedby", "transfer-heading");
    link.listen(ROOT, "click", move |event| {
        event.prevent_default();
        event.stop_propagation();
        dispatch.send(Intent::Cancel);
        focus::focus_soon(field);
    });
    link.into_view()
}
