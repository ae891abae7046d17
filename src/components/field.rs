//! A text field with its label, its help and its error.

use leptos::{
    ev,
    prelude::*,
    tachys::html::attribute::{any_attribute::IntoAnyAttribute, custom::custom_attribute},
};
use stepup::{domain::Field, view::View};

use crate::{
    intent::{Dispatch, Intent},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// What makes one field differ from another.
pub(crate) struct FieldSpec {
    pub(crate) field: Field,
    pub(crate) id: &'static str,
    pub(crate) help_id: &'static str,
    pub(crate) error_id: &'static str,
    /// Both of them.
    pub(crate) described_by: &'static str,
    pub(crate) label: &'static str,
    pub(crate) help: &'static str,
    /// What the input has beyond those that all have: keyboard, capitals, direction. None is cut: what is too long is said.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
}

/// Draws the field once; afterwards only its text and its error change, so that it keeps the focus and the caret.
pub(crate) fn field(kind: &'static FieldSpec, signal: ViewSignal, suffix: AnyView) -> AnyView {
    let FieldSpec { field, id, help_id, error_id, described_by, label, help, attributes } = *kind;
    let dispatch = expect_context::<Dispatch>();
    let text = slice_of(signal, move |before, now| text_in(before, field) == text_in(now, field));
    let error = slice_of(signal, move |before, now| error_in(before, field) == error_in(now, field));
    let text = move || text_in(&text.get(), field).map(str::to_owned).unwrap_or_default();
    let error = move || error_in(&error.get(), field).map(str::to_owned);
    let wrong = move || if error().is_some() { "true" } else { "false" };
    let common = [
        ("name", id),
        ("type", "text"),
        ("autocomplete", "off"),
        ("autocorrect", "off"),
        ("spellcheck", "false"),
    ];
    // Some programs that fill in forms say `change` and never `input`. After typing both come: the second tells nothing new.
    let take = move |event: ev::Event| {
        let typed = event_target_value(&event);
        if text_in(&signal.get_untracked(), field) != Some(&typed) {
            dispatch.send(Intent::Edited(field, typed));
        }
    };
    let attributes: Vec<_> = common
        .iter()
        .chain(attributes)
        .map(|(name, value)| custom_attribute(*name, *value).into_any_attr())
        .collect();
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <span class="control">
                <input
                    {..attributes}
                    id=id
                    aria-describedby=described_by
                    aria-invalid=wrong
                    prop:value=text
                    on:input=take
                    on:change=take
                    on:blur=move |_| dispatch.send(Intent::Left(field))
                />
                {suffix}
            </span>
            <div class="field-notes">
                <p id=help_id class="help">{help}</p>
                {dynamic(move || {
                    error().map_or_else(empty, |error| wrong_because(error_id, error))
                })}
            </div>
        </div>
    }
    .into_any()
}

fn wrong_because(id: &'static str, error: String) -> AnyView {
    view! { <p id=id class="error" role="alert">{error}</p> }.into_any()
}

/// What the field has now; `None` as well when another screen has come up and the form is about to be taken away.
fn text_in(view: &View, field: Field) -> Option<&str> {
    Some(&view.form()?.field(field).text)
}

/// What is wrong with it.
fn error_in(view: &View, field: Field) -> Option<&str> {
    view.form()?.field(field).error.as_deref()
}
