//! The transfer form. The core judges what is typed; the form shows the verdict beside the field.

use leptos::prelude::*;
use stepup::{
    domain::{Field, Message},
    view::View,
};

use super::{
    field::{FieldSpec, field},
    payee_check::status,
    payees::payees,
};
use crate::{
    focus, format,
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT, around, fixed, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

static NAME: FieldSpec = FieldSpec {
    field: Field::Name,
    html: r#"<div class="field"><label class="label" for="name" data-text="form.name"></label><span class="control" slot="control"><input id="name" name="name" type="text" autocomplete="off" autocorrect="off" spellcheck="false" inputmode="text" autocapitalize="words" enterkeyhint="next" dir="auto" aria-describedby="name-help name-check name-error" slot="input"></span><div class="field-notes" slot="notes"></div></div>"#,
    error: r#"<p id="name-error" class="error" role="alert"></p>"#,
};
static PAYEE: FieldSpec = FieldSpec {
    field: Field::Payee,
    html: r#"<div class="field"><label class="label" for="payee" data-text="form.payee"></label><span class="control" slot="control"><input id="payee" name="payee" type="text" autocomplete="off" autocorrect="off" spellcheck="false" inputmode="text" autocapitalize="characters" enterkeyhint="next" dir="ltr" class="iban" aria-describedby="payee-help payee-error" slot="input"></span><div class="field-notes" slot="notes"><p id="payee-help" class="help" data-text="form.payee_help"></p></div></div>"#,
    error: r#"<p id="payee-error" class="error" role="alert"></p>"#,
};
static AMOUNT: FieldSpec = FieldSpec {
    field: Field::Amount,
    html: r#"<div class="field"><label class="label" for="amount" data-text="form.amount"></label><span class="control" slot="control"><input id="amount" name="amount" type="text" autocomplete="off" autocorrect="off" spellcheck="false" inputmode="decimal" autocapitalize="off" enterkeyhint="next" dir="ltr" class="figures" aria-describedby="amount-help amount-left amount-error" slot="input"></span><div class="field-notes" slot="notes"><p id="amount-help" class="help" data-text="form.amount_help"></p></div></div>"#,
    error: r#"<p id="amount-error" class="error" role="alert"></p>"#,
};
static REFERENCE: FieldSpec = FieldSpec {
    field: Field::Reference,
    html: r#"<div class="field"><label class="label" for="reference" data-text="form.reference"></label><span class="control" slot="control"><input id="reference" name="reference" type="text" autocomplete="off" autocorrect="off" spellcheck="false" inputmode="text" autocapitalize="sentences" enterkeyhint="go" dir="auto" aria-describedby="reference-help reference-error" slot="input"></span><div class="field-notes" slot="notes"><p id="reference-help" class="help" data-text="form.reference_help"></p></div></div>"#,
    error: r#"<p id="reference-error" class="error" role="alert"></p>"#,
};

pub(crate) fn form(signal: ViewSignal) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let view_slice = slice_of(signal, |before, now| currency(before) == currency(now));
    let currency = dynamic(move || {
        with_text(r#"<span class="suffix"></span>"#, currency(&view_slice.get()).unwrap_or_default())
    });
    let mut form = Markup::new(r#"<form class="form" novalidate></form>"#);
    form.listen(ROOT, "submit", move |event| {
        event.prevent_default();
        dispatch.send(Intent::Review);
        if let Some((selector, _)) = errors(&signal.get_untracked()).next() {
            focus::focus(selector);
        }
    });
    form.view(ROOT, summary(signal));
    form.view(
        ROOT,
        field(&NAME, signal, empty(), around("<div></div>", vec![name_help(signal), status(signal)])),
    );
    form.view(ROOT, field(&PAYEE, signal, empty(), empty()));
    form.view(ROOT, field(&AMOUNT, signal, currency, left(signal)));
    form.view(ROOT, repeats(signal));
    form.view(ROOT, field(&REFERENCE, signal, empty(), empty()));
    form.view(
        ROOT,
        fixed(r#"<button type="submit" class="button primary" data-text="button.transfer"></button>"#),
    );
    form.view(ROOT, fixed(r#"<p class="help" data-text="form.help"></p>"#));
    vec![
        fixed(r#"<h1 id="transfer-heading" tabindex="-1" data-text="form.heading"></h1>"#),
        payees(signal),
        form.into_view(),
    ]
    .into_any()
}

/// A name may be left out where nobody checks it.
fn name_help(signal: ViewSignal) -> AnyView {
    let asks = |view: &View| view.form().is_some_and(|form| form.asks_for_name);
    let view_slice = slice_of(signal, move |before, now| asks(before) == asks(now));
    dynamic(move || {
        let id = if asks(&view_slice.get()) { "form.name_help" } else { "form.name_optional" };
        with_text(r#"<p id="name-help" class="help"></p>"#, &messages::text(id))
    })
}

/// What would be left of the balance.
fn left(signal: ViewSignal) -> AnyView {
    let left = |view: &View| view.form().and_then(|form| form.left.clone());
    let view_slice = slice_of(signal, move |before, now| left(before) == left(now));
    dynamic(move || {
        let Some(left) = left(&view_slice.get()) else { return empty() };
        let arguments = vec![("amount", format::money(&left))];
        let text = messages::message(&Message { id: "form.left", arguments });
        with_text(r#"<p id="amount-left" class="help"></p>"#, &text)
    })
}

/// The same was sent a short time ago.
fn repeats(signal: ViewSignal) -> AnyView {
    let repeats = |view: &View| view.form().is_some_and(|form| form.repeats);
    let view_slice = slice_of(signal, move |before, now| repeats(before) == repeats(now));
    let said = dynamic(move || {
        if repeats(&view_slice.get()) {
            fixed(r#"<p class="warn" data-text="form.repeats"></p>"#)
        } else {
            empty()
        }
    });
    around(r#"<div role="status"></div>"#, vec![said])
}

/// All that is wrong, once "Transfer" was pressed: each leads to its field.
fn summary(signal: ViewSignal) -> AnyView {
    let listed = |view: &View| view.form().is_some_and(|form| form.has_summary);
    let view_slice =
        slice_of(signal, move |before, now| listed(before) == listed(now) && errors(before).eq(errors(now)));
    dynamic(move || {
        let view = view_slice.get();
        if !listed(&view) {
            return empty();
        }
        let lines = errors(&view).map(|(selector, error)| {
            let mut line = Markup::new(r#"<li><a slot="link"></a></li>"#);
            line.attribute("link", "href", selector);
            line.text("link", &messages::message(error));
            line.listen("link", "click", move |event| {
                event.prevent_default();
                focus::focus(selector);
            });
            line.into_view()
        });
        around(
            r#"<div role="alert" class="failure summary"></div>"#,
            vec![fixed(r#"<h2 data-text="form.summary"></h2>"#), around("<ul></ul>", lines.collect())],
        )
    })
}

fn currency(view: &View) -> Option<&str> {
    Some(&view.form()?.currency)
}

/// Selectors of the fields that have errors, from the top down.
fn errors(view: &View) -> impl Iterator<Item = (&'static str, &Message)> {
    const FIELDS: [(&str, Field); 4] = [
        ("#name", Field::Name),
        ("#payee", Field::Payee),
        ("#amount", Field::Amount),
        ("#reference", Field::Reference),
    ];
    let form = view.form();
    FIELDS
        .into_iter()
        .filter_map(move |(selector, field)| Some((selector, form?.field(field).error.as_ref()?)))
}
