//! The transfer form. The core judges what is typed; the form shows the verdict beside the field.

use leptos::prelude::*;
use stepup::{domain::Field, view::View};

use super::field::{FieldSpec, field};
use crate::{
    focus,
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT, fixed, with_text},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

static PAYEE: FieldSpec = FieldSpec {
    field: Field::Payee,
    html: r#"<div class="field"><label class="label" for="payee" data-text="form.payee"></label><span class="control" slot="control"><input id="payee" name="payee" type="text" autocomplete="off" autocorrect="off" spellcheck="false" inputmode="text" autocapitalize="characters" enterkeyhint="next" dir="ltr" class="iban" aria-describedby="payee-help payee-error" slot="input"></span><div class="field-notes" slot="notes"><p id="payee-help" class="help" data-text="form.payee_help"></p></div></div>"#,
    error: r#"<p id="payee-error" class="error" role="alert"></p>"#,
};
static AMOUNT: FieldSpec = FieldSpec {
    field: Field::Amount,
    html: r#"<div class="field"><label class="label" for="amount" data-text="form.amount"></label><span class="control" slot="control"><input id="amount" name="amount" type="text" autocomplete="off" autocorrect="off" spellcheck="false" inputmode="decimal" autocapitalize="off" enterkeyhint="next" dir="ltr" class="figures" aria-describedby="amount-help amount-error" slot="input"></span><div class="field-notes" slot="notes"><p id="amount-help" class="help" data-text="form.amount_help"></p></div></div>"#,
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
        if let Some(id) = first_error(&signal.get_untracked()) {
            focus::focus(id);
        }
    });
    form.view(ROOT, field(&PAYEE, signal, empty()));
    form.view(ROOT, field(&AMOUNT, signal, currency));
    form.view(ROOT, field(&REFERENCE, signal, empty()));
    form.view(
        ROOT,
        fixed(r#"<button type="submit" class="button primary" data-text="button.transfer"></button>"#),
    );
    form.view(ROOT, fixed(r#"<p class="help" data-text="form.help"></p>"#));
    vec![fixed(r#"<h1 id="transfer-heading" tabindex="-1" data-text="form.heading"></h1>"#), form.into_view()]
        .into_any()
}

fn currency(view: &View) -> Option<&str> {
    Some(&view.form()?.currency)
}

/// A selector for the topmost field with an error.
fn first_error(view: &View) -> Option<&'static str> {
    let form = view.form()?;
    [("#payee", &form.payee), ("#amount", &form.amount), ("#reference", &form.reference)]
        .into_iter()
        .find_map(|(selector, field)| field.error.is_some().then_some(selector))
}
