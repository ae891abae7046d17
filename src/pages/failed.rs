//! A whole page for what went wrong outside the account: what happened, and the one thing to do now.

use leptos::prelude::*;
use stepup::view::{Action, Failure};

use crate::{
    components::{
        button::{ButtonKind, button},
        problem,
    },
    intent::Intent,
};

pub(crate) fn failed(failure: &Failure) -> AnyView {
    let Failure { problem, action } = failure;
    let action = match action {
        Some(Action::LogIn) => button("Log in", Intent::LogIn, ButtonKind::Primary),
        Some(Action::BackToAccount) => button("Back to your account", Intent::Dismiss, ButtonKind::Primary),
        None => view! {
            <p class="quiet">"There is nothing that you can do here. Whoever runs this page needs the details below."</p>
        }
        .into_any(),
    };
    view! {
        <div class="card narrow">
            <div role="alert" class="failure">
                <h1 tabindex="-1">{problem.headline}</h1>
                <p>{problem.sentence}</p>
            </div>
            <div class="actions">{action}</div>
            {problem::details(problem)}
        </div>
    }
    .into_any()
}
