//! Statements, month by month. The core shows it only after a second factor.

use leptos::prelude::*;
use stepup::{
    domain::Place,
    view::{OlderStatements, Statement, StatementsContent, StatementsPage},
};

use crate::{
    components::{
        banner,
        button::{ButtonKind, button},
        history, problem, receipt, skeleton,
    },
    format,
    intent::Intent,
    markup::{BUSY, Markup, ROOT, around, fixed},
};

pub(crate) fn statements(page: &StatementsPage) -> Vec<AnyView> {
    let mut parts =
        Markup::new(r#"<div class="statements"><h1 tabindex="-1" data-text="nav.statements"></h1></div>"#);
    match &page.content {
        StatementsContent::Loading => parts.view(ROOT, waiting()),
        StatementsContent::Leaving => parts.view(ROOT, leaving()),
        StatementsContent::Ready(list) if list.is_empty() => {
            parts.view(ROOT, card(vec![fixed(r#"<p class="quiet" data-text="statements.empty"></p>"#)]));
        }
        StatementsContent::Ready(list) => list.iter().for_each(|it| parts.view(ROOT, statement(it))),
        StatementsContent::NotOffered => {
            parts
                .view(ROOT, card(vec![fixed(r#"<p role="status" data-text="statements.not_offered"></p>"#)]));
        }
        StatementsContent::Failed(problem) => {
            let again = button("button.try_again", Intent::Visit(Place::Statements), ButtonKind::Secondary);
            parts.view(ROOT, card(problem::offer(problem, again)));
        }
    }
    let offer = || button("button.show_older", Intent::OlderStatements, ButtonKind::Secondary);
    match &page.older {
        OlderStatements::None => {}
        OlderStatements::Offered => parts.view(ROOT, problem::actions(vec![offer()])),
        OlderStatements::Loading => parts.view(ROOT, waiting()),
        OlderStatements::Failed(reason) => parts.view(ROOT, card(problem::offer(reason, offer()))),
    }
    vec![banner::session(page.session), parts.into_view()]
}

fn card(content: Vec<AnyView>) -> AnyView {
    around(r#"<section class="card"></section>"#, content)
}

fn waiting() -> AnyView {
    let loading = fixed(r#"<p class="visually-hidden" role="status" data-text="statements.loading"></p>"#);
    card(vec![loading, skeleton::entries()])
}

fn leaving() -> AnyView {
    let words = fixed(
        r#"<div role="status"><p class="strong" data-text="statements.confirm"></p><p data-text="statements.leaving"></p></div>"#,
    );
    let buttons = vec![
        button("button.continue", Intent::Proceed, ButtonKind::Primary),
        button("button.cancel", Intent::Cancel, ButtonKind::Secondary),
    ];
    card(vec![words, fixed(BUSY), problem::actions(buttons)])
}

fn statement(statement: &Statement) -> AnyView {
    let Statement { id, from, to, opening, closing, entries } = statement;
    let heading = ["statement-", id].concat();
    let mut card = Markup::new(r#"<section class="card statement"><h2 slot="heading"></h2></section>"#);
    card.attribute(ROOT, "aria-labelledby", &heading);
    card.attribute("heading", "id", &heading);
    card.text("heading", &[&*format::day(from), " – ", &format::day(to)].concat());
    card.view(
        ROOT,
        receipt::list(vec![
            receipt::row("statements.opening", "", "", &format::money(opening)),
            receipt::row("statements.closing", "", "strong", &format::money(closing)),
        ]),
    );
    card.view(ROOT, history::entries(entries.iter(), false));
    card.into_view()
}
