//! The transfer form. The core judges what is typed; the form shows the verdict beside the field.

use leptos::{ev, prelude::*};
use stepup::{domain::Field, view::View};

use super::field::{FieldSpec, field};
use crate::{
    focus,
    intent::{Dispatch, Intent},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

static PAYEE: FieldSpec = FieldSpec {
    field: Field::Payee,
    id: "payee",
    help_id: "payee-help",
    error_id: "payee-error",
    described_by: "payee-help payee-error",
    label: "Pay to (IBAN)",
    help: "For example DE89 3704 0044 0532 0130 00. Paste it with or without blanks.",
    attributes: &[
        ("inputmode", "text"),
        ("autocapitalize", "characters"),
        ("enterkeyhint", "next"),
        ("dir", "ltr"),
        ("class", "iban"),
    ],
};
static AMOUNT: FieldSpec = FieldSpec {
    field: Field::Amount,
    id: "amount",
    help_id: "amount-help",
    error_id: "amount-error",
    described_by: "amount-help amount-error",
    label: "Amount",
    help: "As you write it, with a comma or a point.",
    attributes: &[
        ("inputmode", "decimal"),
        ("autocapitalize", "off"),
        ("enterkeyhint", "next"),
        ("dir", "ltr"),
        ("class", "figures"),
    ],
};
static REFERENCE: FieldSpec = FieldSpec {
    field: Field::Reference,
    id: "reference",
    help_id: "reference-help",
    error_id: "reference-error",
    described_by: "reference-help reference-error",
    label: "Reference",
    help: "What the payee reads, at most 140 characters. You may leave it empty.",
    attributes: &[
        ("inputmode", "text"),
        ("autocapitalize", "sentences"),
        ("enterkeyhint", "go"),
        ("dir", "auto"),
    ],
};

pub(crate) fn form(signal: ViewSignal) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let view_slice = slice_of(signal, |before, now| currency(before) == currency(now));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        dispatch.send(Intent::Review);
        if let Some(id) = first_error(&signal.get_untracked()) {
            focus::focus(id);
        }
    };
    view! {
        <h2 id="transfer-heading" tabindex="-1">"New transfer"</h2>
        <form class="form" novalidate on:submit=submit>
            {field(&PAYEE, signal, empty())}
            {field(
                &AMOUNT,
                signal,
                dynamic(move || {
                    view! { <span class="suffix">{currency(&view_slice.get()).map(str::to_owned)}</span> }.into_any()
                }),
            )}
            {field(&REFERENCE, signal, empty())}
            <button type="submit" class="button primary">"Transfer"</button>
            <p class="help">"You see everything once more before it is sent."</p>
        </form>
    }
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
