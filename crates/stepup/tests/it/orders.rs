//! Orders that need not be sent to be refused.

use stepup::{
    Event,
    event::Field,
    view::{Screen, TransferView},
};

use crate::{
    tab::Tab,
    world::{PAYEE, World, answer},
};

/// What a host answers that has no such path: its page.
const PAGE: &str = "<!doctype html><title>Riser</title>";

/// Everything about transfers is answered with a page, the rest as it should be.
fn serve_pages(world: &mut World, tab: &mut Tab) {
    while let Some((id, request)) = tab.requests.pop_front() {
        let is_about_transfers = request.url.contains("/transfers");
        let outcome = if is_about_transfers { answer(200, PAGE) } else { world.serve(request) };
        tab.answer(id, Ok(outcome));
    }
}

fn amount_error(tab: &Tab) -> Option<String> {
    match tab.transfer() {
        TransferView::Form(form) => form.amount.error,
        other => panic!("no form: {other:?}"),
    }
}

/// Proves: truth-before-sending
#[test]
fn amount_above_the_shown_balance_is_said_at_once() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    // The balance is 1,000.00.
    tab.fill(PAYEE, "1000.01", "");
    assert!(
        amount_error(&tab).is_some_and(|error| error.contains("1,000.00 EUR")),
        "{:?}",
        amount_error(&tab)
    );
    tab.happen(Event::Review);
    assert!(amount_error(&tab).is_some(), "it is not shown as an order");
    tab.happen(Event::Edited(Field::Amount, "1000".into()));
    tab.happen(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { .. }), "{:?}", tab.transfer());
}

/// Proves: truth-before-sending
#[test]
fn order_that_may_be_why_there_is_less_can_be_sent_again() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "800", "Rent");
    tab.happen(Event::Review);
    tab.confirm();
    world.lose_answer(&mut tab);
    while let Some((id, request)) = tab.requests.pop_front() {
        let about_transfers = request.url.contains("/transfers");
        let outcome = if about_transfers { answer(404, "no such path") } else { world.serve(request) };
        tab.answer(id, Ok(outcome));
    }
    tab.happen(Event::Dismiss);
    tab.happen(Event::TryAgain);
    while let Some((id, request)) = tab.requests.pop_front() {
        let less = r#"{"balance":{"amount":20000,"currency":"EUR"}}"#;
        let is_balance = request.url.ends_with("/balance");
        let outcome = if is_balance { answer(200, less) } else { world.serve(request) };
        tab.answer(id, Ok(outcome));
    }
    tab.happen(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { .. }), "{:?}", tab.transfer());
    tab.happen(Event::Online(false));
    tab.confirm();
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(!problem.sentence.contains("no money was moved"), "nobody knows that of the first: {problem:?}");
}

/// Proves: truth-before-sending
#[test]
fn nothing_is_sent_while_the_page_knows_that_it_is_offline() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.happen(Event::Online(false));
    tab.confirm();
    assert!(tab.requests.is_empty() && world.posts.is_empty());
    let TransferView::NotSent { problem, may_repeat, .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    assert_eq!((&*problem.code, may_repeat), ("transfer.offline", true));
    tab.happen(Event::Online(true));
    tab.happen(Event::Review);
    tab.confirm();
    world.serve_all(&mut tab);
    assert_eq!(world.posts.len(), 1);
    assert!(matches!(tab.screen(), Screen::Account(_)));
}

/// Proves: truth-of-outcome
#[test]
fn page_of_a_host_does_not_say_that_it_was_already_done() {
    let mut world = World::default();
    let (mut tab, _) = world.confirming();
    // Back from the provider.
    tab.load(None);
    serve_pages(&mut world, &mut tab);
    let TransferView::Interrupted { nothing_moved, .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    assert!(!nothing_moved, "that was not said either");
}

/// Proves: truth-of-outcome
#[test]
fn page_of_a_host_does_not_end_what_is_unknown() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.confirm();
    world.lose_answer(&mut tab);
    serve_pages(&mut world, &mut tab);
    assert!(matches!(tab.transfer(), TransferView::Unknown { .. }), "{:?}", tab.transfer());
}
