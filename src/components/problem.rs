//! A failure inside the account, and the details that support asks for.

use leptos::prelude::*;
use stepup::domain::Problem;

use super::button::{ButtonKind, button};
use crate::intent::Intent;

/// Something could not be loaded: says so and offers to try again.
pub(crate) fn could_not_load(problem: &Problem) -> AnyView {
    view! {
        {alert(problem)}
        <div class="actions">{button("Try again", Intent::TryAgain, ButtonKind::Secondary)}</div>
        {details(problem)}
    }
    .into_any()
}

/// Says what happened, at once.
pub(crate) fn alert(problem: &Problem) -> AnyView {
    view! {
        <div role="alert" class="failure">
            <p class="strong">{problem.headline}</p>
            <p>{problem.sentence}</p>
        </div>
    }
    .into_any()
}

/// The technical cause, folded away.
pub(crate) fn details(problem: &Problem) -> AnyView {
    view! {
        <details class="details">
            <summary>"Details for support"</summary>
            <p>
                "Code: " <code>{problem.code.clone()}</code>
            </p>
            <p>{problem.cause.clone()}</p>
        </details>
    }
    .into_any()
}
