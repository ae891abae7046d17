//! The transfer, wherever it stands: the form, or one of the steps after it.

use leptos::prelude::*;
use stepup::view::{TransferView, View};

use super::{
    button::button,
    form::form,
    icon::icon,
    problem,
    receipt::receipt,
    step::{CANCELLED, StepContent},
};
use crate::{
    markup::{BUSY, around, fixed, with_text},
    messages,
    view_signal::{ViewSignal, empty, patched, replaced, slice_of},
};

pub(crate) fn transfer(signal: ViewSignal) -> AnyView {
    let saved = |view: &View| view.account().map(|account| account.payees.saved.clone());
    let view_slice = slice_of(signal, move |before, now| {
        // A receipt offers to save the payee until that is done.
        step(before) == step(now) && (step(now).is_none() || saved(before) == saved(now))
    });
    let step = patched(Box::new(move || {
        let view = view_slice.get();
        let payees = view.account().map(|account| account.payees.clone()).unwrap_or_default();
        let content = step(&view).and_then(|step| StepContent::of(step, &payees));
        content.map_or_else(|| form(signal), draw)
    }));
    around(r#"<section class="card transfer" aria-labelledby="transfer-heading"></section>"#, vec![step])
}

/// The form follows its texts itself: here every form is the same, so that typing redraws nothing.
fn step(view: &View) -> Option<&TransferView> {
    Some(&view.account()?.transfer).filter(|transfer| !matches!(transfer, TransferView::Form(_)))
}

/// The status region that announces the steps stays where it is; what stands in it and below it is new at each step.
fn draw(step: StepContent) -> AnyView {
    let problem = step.problem.as_ref();
    let said = problem.filter(|_| !step.failed).map_or_else(empty, problem::alert);
    let details = problem.map_or_else(empty, problem::details);
    let buttons = step.buttons.into_iter().map(|(label, intent, kind)| button(label, intent, kind));
    let busy = if step.busy { fixed(BUSY) } else { empty() };
    let role = if step.failed && step.headline != CANCELLED { "alert" } else { "status" };
    let headline = step.title.unwrap_or_else(|| messages::headline(step.headline));
    let sentence = problem
        .filter(|_| step.failed)
        .map_or_else(|| messages::sentence(step.sentence), messages::sentence_of);
    let warning =
        step.warning.map_or_else(empty, |id| with_text(r#"<p class="warn"></p>"#, &messages::text(id)));
    let words = vec![
        around(r#"<span class="step-icon"></span>"#, vec![icon(step.icon)]),
        with_text(r#"<h1 id="transfer-heading" tabindex="-1"></h1>"#, &headline),
        with_text(r#"<p class="step-sentence"></p>"#, &sentence),
    ];
    let rest = vec![
        said,
        warning,
        receipt(&step.receipt, step.facts, step.may_change),
        busy,
        problem::actions(buttons.collect()),
        details,
    ];
    view! {
        <div class=step.class>
            <div class="step-words" role=role>{replaced(words.into_any())}</div>
            {replaced(rest.into_any())}
        </div>
    }
    .into_any()
}
