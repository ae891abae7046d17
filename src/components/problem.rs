//! A failure inside the account, and the details that support asks for.

use leptos::prelude::*;
use stepup::domain::Problem;

use super::button::{ButtonKind, button};
use crate::{
    intent::Intent,
    markup::{around, with_texts},
    messages,
};

/// Something could not be loaded: says so and offers to try again.
pub(crate) fn could_not_load(problem: &Problem) -> Vec<AnyView> {
    offer(problem, button("button.try_again", Intent::TryAgain, ButtonKind::Secondary))
}

/// What happened, the way on, and the cause.
pub(crate) fn offer(problem: &Problem, way_on: AnyView) -> Vec<AnyView> {
    vec![alert(problem), actions(vec![way_on]), details(problem)]
}

/// A row of buttons.
pub(crate) fn actions(buttons: Vec<AnyView>) -> AnyView {
    around(r#"<div class="actions"></div>"#, buttons)
}

/// Says what happened, at once.
pub(crate) fn alert(problem: &Problem) -> AnyView {
    with_texts(
        r#"<div role="alert" class="failure"><p class="strong" slot></p><p slot></p></div>"#,
        &[&messages::headline(problem.headline), &messages::sentence_of(problem)],
    )
}

/// The technical cause, folded away.
pub(crate) fn details(problem: &Problem) -> AnyView {
    with_texts(
        r#"<details class="details"><summary data-text="problem.details"></summary><p><span data-text="problem.code"></span><code slot></code></p><p slot></p></details>"#,
        &[&problem.code, &problem.cause],
    )
}
