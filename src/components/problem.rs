//! A failure inside the account, and the details that support asks for.

use leptos::prelude::*;
use stepup::problem::Problem;

use super::button::{Rank, button};
use crate::app::Intent;

/// Something could not be loaded: says so and offers to try again.
pub(crate) fn could_not_load(problem: &Problem) -> impl IntoView + use<> {
    view! {
        <div role="alert" class="failure">
            <p class="strong">{problem.headline.clone()}</p>
            <p>{problem.sentence.clone()}</p>
        </div>
        <div class="actions">{button("Try again", Intent::TryAgain, Rank::Secondary)}</div>
        {details(problem)}
    }
}

/// The technical cause, folded away.
pub(crate) fn details(problem: &Problem) -> impl IntoView + use<> {
    view! {
        <details class="details">
            <summary>"Details for support"</summary>
            <p>
                "Code: " <code>{problem.code.clone()}</code>
            </p>
            <p>{problem.cause.clone()}</p>
        </details>
    }
}
