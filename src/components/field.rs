//! A text field with its label, its help and its error.

use leptos::{ev, prelude::*};
use stepup::{event::Field, view::FieldView};

use crate::app::{Dispatch, Intent};

/// What makes one field differ from another.
pub(crate) struct Kind {
    pub(crate) field: Field,
    /// The id of the input, and the stem of the ids of its help and its error.
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) help: &'static str,
    pub(crate) inputmode: &'static str,
    pub(crate) capitalize: &'static str,
    pub(crate) enterkeyhint: &'static str,
    /// In characters. A little more than is allowed where blanks are taken out.
    pub(crate) maxlength: &'static str,
    pub(crate) class: &'static str,
}

/// Draws the field once; afterwards only its text and its error change, so that it keeps the focus and the caret.
pub(crate) fn field(kind: &'static Kind, shown: Memo<FieldView>, suffix: impl IntoView) -> impl IntoView {
    let Kind { field, id, label, help, inputmode, capitalize, enterkeyhint, maxlength, class } = *kind;
    let dispatch = expect_context::<Dispatch>();
    let text = Memo::new(move |_| shown.with(|shown| shown.text.clone()));
    let error = Memo::new(move |_| shown.with(|shown| shown.error.clone()));
    let wrong = move || error.with(|error| if error.is_some() { "true" } else { "false" });
    let (help_id, error_id) = ([id, "-help"].concat(), [id, "-error"].concat());
    let described_by = [help_id.as_str(), " ", &error_id].concat();
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <span class="control">
                <input
                    id=id
                    class=class
                    name=id
                    type="text"
                    inputmode=inputmode
                    autocomplete="off"
                    autocapitalize=capitalize
                    spellcheck="false"
                    enterkeyhint=enterkeyhint
                    maxlength=maxlength
                    aria-describedby=described_by
                    aria-invalid=wrong
                    prop:value=move || text.get()
                    on:input=move |event: ev::Event| {
                        dispatch.send(Intent::Edited(field, event_target_value(&event)));
                    }
                    on:blur=move |_| dispatch.send(Intent::Left(field))
                />
                {suffix}
            </span>
            <div class="field-notes">
                <p id=help_id class="help" hidden=move || error.with(Option::is_some)>{help}</p>
                {move || {
                    error.get().map(|error| view! { <p id=error_id.clone() class="error" role="alert">{error}</p> })
                }}
            </div>
        </div>
    }
}
