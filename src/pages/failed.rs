//! A whole page for what went wrong outside the account: what happened, and the one thing to do now.

use leptos::prelude::*;
use stepup::view::{Action, Failure};

use crate::{
    components::{
        button::{ButtonKind, button},
        problem,
    },
    intent::Intent,
    markup::{around, fixed, with_texts},
    messages,
};

pub(crate) fn failed(failure: &Failure) -> Vec<AnyView> {
    let Failure { problem, action } = failure;
    let action = match action {
        Some(Action::LogIn) => button("button.log_in", Intent::LogIn, ButtonKind::Primary),
        Some(Action::BackToAccount) => button("button.back", Intent::Dismiss, ButtonKind::Primary),
        None => fixed(r#"<p class="quiet" data-text="failed.nothing_to_do"></p>"#),
    };
    let said = with_texts(
        r#"<div role="alert" class="failure"><h1 tabindex="-1" slot></h1><p slot></p></div>"#,
        &[&messages::headline(problem.headline), &messages::sentence_of(problem)],
    );
    let card = vec![said, problem::actions(vec![action]), problem::details(problem)];
    vec![around(r#"<div class="card narrow"></div>"#, card)]
}
