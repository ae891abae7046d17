//! A button that sends one intent.

use leptos::prelude::*;

use crate::{
    focus,
    intent::{Dispatch, Intent},
};

/// How loudly a button speaks. A screen has one primary button at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ButtonKind {
    /// The one thing to do now.
    Primary,
    /// What else one may do.
    Secondary,
}

pub(crate) fn button(label: &'static str, intent: Intent, kind: ButtonKind) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let class = match kind {
        ButtonKind::Primary => "button primary",
        ButtonKind::Secondary => "button",
    };
    let press = move |_| {
        focus::before_intent(&intent);
        dispatch.send(intent.clone());
    };
    view! { <button type="button" class=class on:click=press>{label}</button> }.into_any()
}
