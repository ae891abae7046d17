//! What came and went, month by month. The core shows it only after a second factor.

use leptos::prelude::*;
use stepup::view::{OlderStatements, Statement, StatementsContent, StatementsPage};

use crate::{
    components::{
        banner,
        button::{ButtonKind, button},
        history, problem, receipt, skeleton,
    },
    format,
    intent::Intent,
};

pub(crate) fn statements(page: &StatementsPage) -> AnyView {
    let content = match &page.content {
        StatementsContent::Loading => waiting(),
        StatementsContent::Leaving => leaving(),
        StatementsContent::Ready(list) if list.is_empty() => card(
            view! { <p class="quiet">"Nothing yet. Your first statement will stand here."</p> }.into_any(),
        ),
        StatementsContent::Ready(list) => list.iter().map(statement).collect::<Vec<_>>().into_any(),
        StatementsContent::NotOffered => {
            card(view! { <p role="status">"Your bank offers no statements here."</p> }.into_any())
        }
        StatementsContent::Failed(problem) => card(
            view! {
                {problem::alert(problem)}
                <div class="actions">{button("Try again", Intent::Statements, ButtonKind::Secondary)}</div>
                {problem::details(problem)}
            }
            .into_any(),
        ),
    };
    view! {
        {banner::session(page.session)}
        <div class="statements">
            <h1 tabindex="-1">"Statements"</h1>
            {content}
            {older(&page.older)}
        </div>
    }
    .into_any()
}

/// What there is besides, at the end of the list.
fn older(older: &OlderStatements) -> Option<AnyView> {
    let offer = || button("Show older", Intent::OlderStatements, ButtonKind::Secondary);
    Some(match older {
        OlderStatements::None => return None,
        OlderStatements::Offered => view! { <div class="actions">{offer()}</div> }.into_any(),
        OlderStatements::Loading => waiting(),
        OlderStatements::Failed(reason) => card(
            view! {
                {problem::alert(reason)}
                <div class="actions">{offer()}</div>
                {problem::details(reason)}
            }
            .into_any(),
        ),
    })
}

fn card(content: AnyView) -> AnyView {
    view! { <section class="card">{content}</section> }.into_any()
}

fn waiting() -> AnyView {
    card(
        view! {
            <p class="visually-hidden" role="status">"Your statements are being loaded."</p>
            {skeleton::entries()}
        }
        .into_any(),
    )
}

fn leaving() -> AnyView {
    card(
        view! {
            <div role="status">
                <p class="strong">"Your bank asks you to confirm that it is you."</p>
                <p>"You go to your bank's log-in page, confirm on your phone, and come back here."</p>
            </div>
            <div class="busy" aria-hidden="true"></div>
            <div class="actions">
                {button("Continue", Intent::Proceed, ButtonKind::Primary)}
                {button("Cancel", Intent::Cancel, ButtonKind::Secondary)}
            </div>
        }
        .into_any(),
    )
}

fn statement(statement: &Statement) -> AnyView {
    let Statement { id, from, to, opening, closing, entries } = statement;
    let heading = ["statement-", id].concat();
    let labelled_by = heading.clone();
    view! {
        <section class="card statement" aria-labelledby=labelled_by>
            <h2 id=heading>{format::day(from)} " – " {format::day(to)}</h2>
            <dl class="receipt">
                {receipt::row("Balance before", "", "", format::money(opening))}
                {receipt::row("Balance after", "", "strong", format::money(closing))}
            </dl>
            <ul class="entries">{entries.iter().map(history::entry).collect::<Vec<_>>()}</ul>
        </section>
    }
    .into_any()
}
