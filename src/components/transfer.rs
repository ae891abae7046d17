//! The transfer, wherever it stands: the form, or one of the steps after it.

use leptos::prelude::*;
use stepup::view::{TransferView, View};

use super::{button::button, form::form, icon::icon, problem, receipt::receipt, step::Step};
use crate::pages::part;

pub(crate) fn transfer(view: ReadSignal<View>) -> impl IntoView {
    // The form takes its texts from the view itself: here every form is the same, so that typing redraws nothing.
    let step = part(view, |account| match &account.transfer {
        TransferView::Form(_) => None,
        step => Some(step.clone()),
    });
    view! {
        <section class="card transfer" aria-labelledby="transfer-heading">
            {move || {
                step.with(|step| Step::of(step.as_ref()?.as_ref()?))
                    .map_or_else(|| form(view).into_any(), |step| draw(step).into_any())
            }}
        </section>
    }
}

/// Always the same elements in the same places: going from step to step changes their texts, and the status region
/// that announces them stays.
fn draw(step: Step) -> impl IntoView {
    let problem = step.problem.as_ref();
    let said = problem.filter(|_| !step.failed).map(|problem| {
        view! {
            <div role="alert" class="failure">
                <p class="strong">{problem.headline.clone()}</p>
                <p>{problem.sentence.clone()}</p>
            </div>
        }
    });
    let class = ["step ", step.tone].concat();
    let role = if step.failed { "alert" } else { "status" };
    view! {
        <div class=class>
            <div class="step-words" role=role>
                <span class="step-icon">{icon(step.icon)}</span>
                <h2 id="transfer-heading" tabindex="-1">{step.heading}</h2>
                <p class="step-sentence">{step.sentence}</p>
            </div>
            {said}
            {receipt(&step.receipt, step.facts)}
            <div class="busy" aria-hidden="true" hidden=!step.busy></div>
            <div class="actions">
                {step.buttons.into_iter().map(|(label, intent, rank)| button(label, intent, rank)).collect_view()}
            </div>
            {problem.map(problem::details)}
        </div>
    }
}
