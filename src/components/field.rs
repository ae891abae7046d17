//! A text field with its label, its help and its error.

use leptos::prelude::*;
use stepup::{
    domain::{Field, Message},
    view::View,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::{
    intent::{Dispatch, Intent},
    markup::{Markup, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// What makes one field differ from another.
pub(crate) struct FieldSpec {
    pub(crate) field: Field,
    /// Slots: the control, the input, the notes. The input has what keyboards, programs that fill in forms and screen readers
    /// look at. None is cut: what is too long is said.
    pub(crate) html: &'static str,
    pub(crate) error: &'static str,
}

/// Draws the field once, with something behind the input and something below it; afterwards only its text and its error change, so that it keeps the focus and the caret.
pub(crate) fn field(spec: &'static FieldSpec, signal: ViewSignal, suffix: AnyView, note: AnyView) -> AnyView {
    let FieldSpec { field, html, error: error_html } = *spec;
    let dispatch = expect_context::<Dispatch>();
    let text = slice_of(signal, move |before, now| text_in(before, field) == text_in(now, field));
    let error = slice_of(signal, move |before, now| error_in(before, field) == error_in(now, field));
    // Some programs that fill in forms say `change` and never `input`. After typing both come: the second tells nothing new.
    let take = move |event| {
        let typed = event_target_value(&event);
        if text_in(&signal.get_untracked(), field) != Some(&typed) {
            dispatch.send(Intent::Edited(field, typed));
        }
    };
    let mut part = Markup::new(html);
    part.view("control", suffix);
    part.view("notes", note);
    part.follow("input", move |input| {
        let input: &HtmlInputElement = input.unchecked_ref();
        input.set_value(text_in(&text.get(), field).unwrap_or_default());
    });
    part.follow("input", move |input| {
        let wrong = error_in(&error.get(), field).is_some();
        let _ = input.set_attribute("aria-invalid", if wrong { "true" } else { "false" });
    });
    part.listen("input", "input", take);
    part.listen("input", "change", take);
    part.listen("input", "blur", move |_| dispatch.send(Intent::Left(field)));
    part.view(
        "notes",
        dynamic(move || match error_in(&error.get(), field) {
            Some(error) => with_text(error_html, &messages::message(error)),
            None => empty(),
        }),
    );
    part.into_view()
}

/// What the field has now; `None` as well when another screen has come up and the form is about to be taken away.
fn text_in(view: &View, field: Field) -> Option<&str> {
    Some(&view.form()?.field(field).text)
}

/// What is wrong with it.
fn error_in(view: &View, field: Field) -> Option<&Message> {
    view.form()?.field(field).error.as_ref()
}
