//! The transfer form. The core judges what is typed; the form shows the verdict beside the field.

use leptos::{ev, prelude::*};
use stepup::{
    event::Field,
    view::{AccountView, FieldView, FormView, Screen, TransferView, View},
};

use super::field::{Kind, field};
use crate::{
    app::{Dispatch, Intent},
    focus,
    pages::part,
};

static PAYEE: Kind = Kind {
    field: Field::Payee,
    id: "payee",
    label: "Pay to (IBAN)",
    help: "For example DE89 3704 0044 0532 0130 00. Paste it with or without blanks.",
    inputmode: "text",
    capitalize: "characters",
    enterkeyhint: "next",
    // An IBAN has 34 characters at most; people paste it with blanks, and with more around it.
    maxlength: "64",
    class: "iban",
};
static AMOUNT: Kind = Kind {
    field: Field::Amount,
    id: "amount",
    label: "Amount",
    help: "Two decimals at most, with a comma or a point.",
    inputmode: "decimal",
    capitalize: "off",
    enterkeyhint: "next",
    maxlength: "24",
    class: "figures",
};
static REFERENCE: Kind = Kind {
    field: Field::Reference,
    id: "reference",
    label: "Reference",
    help: "What the payee reads, at most 140 characters. You may leave it empty.",
    inputmode: "text",
    capitalize: "sentences",
    enterkeyhint: "go",
    maxlength: "140",
    class: "",
};

pub(crate) fn form(view: ReadSignal<View>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let currency =
        part(view, |account| form_of(account).map(|form| form.currency.clone()).unwrap_or_default());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        dispatch.send(Intent::Review);
        if let Some(id) = view.with_untracked(first_error) {
            focus::focus(id);
        }
    };
    view! {
        <h2 id="transfer-heading" tabindex="-1">"New transfer"</h2>
        <form class="form" novalidate on:submit=submit>
            {field(&PAYEE, shown(view, |form| &form.payee), ())}
            {field(
                &AMOUNT,
                shown(view, |form| &form.amount),
                view! { <span class="suffix">{move || currency.get()}</span> },
            )}
            {field(&REFERENCE, shown(view, |form| &form.reference), ())}
            <button type="submit" class="button primary">"Transfer"</button>
            <p class="help">"You see everything once more before it is sent."</p>
        </form>
    }
}

fn shown(view: ReadSignal<View>, which: fn(&FormView) -> &FieldView) -> Memo<FieldView> {
    Memo::new(move |_| {
        view.with(|view| match &view.screen {
            Screen::Account(account) => form_of(account).map(which).cloned().unwrap_or_default(),
            _ => FieldView::default(),
        })
    })
}

fn form_of(account: &AccountView) -> Option<&FormView> {
    match &account.transfer {
        TransferView::Form(form) => Some(form),
        _ => None,
    }
}

/// A selector for the topmost field with an error.
fn first_error(view: &View) -> Option<&'static str> {
    let Screen::Account(account) = &view.screen else { return None };
    let form = form_of(account)?;
    [("#payee", &form.payee), ("#amount", &form.amount), ("#reference", &form.reference)]
        .into_iter()
        .find_map(|(selector, field)| field.error.is_some().then_some(selector))
}
