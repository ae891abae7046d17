//! A button that sends one intent.

use leptos::prelude::*;

use crate::{
    focus,
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT},
    messages,
};

/// How loudly a button speaks. A screen has one primary button at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ButtonKind {
    /// The one thing to do now.
    Primary,
    /// What else one may do.
    Secondary,
}

/// `label` is the id of a message.
pub(crate) fn button(label: &str, intent: Intent, kind: ButtonKind) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let mut button = Markup::new(match kind {
        ButtonKind::Primary => r#"<button type="button" class="button primary"></button>"#,
        ButtonKind::Secondary => r#"<button type="button" class="button"></button>"#,
    });
    button.text(ROOT, &messages::text(label));
    button.listen(ROOT, "click", move |_| {
        focus::before_intent(&intent);
        dispatch.send(intent.clone());
    });
    button.into_view()
}
