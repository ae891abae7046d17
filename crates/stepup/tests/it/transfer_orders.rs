//! Orders that need not be sent to be refused.

use stepup::{
    Event,
    domain::Field,
    view::{Screen, TransferView},
};

use crate::{
    english,
    servers::{PAYEE, Servers, answer},
    tab::Tab,
};

/// What a host answers that has no such path: its page.
const PAGE: &str = "<!doctype html><title>Riser</title>";

/// Everything about transfers is answered with a page, the rest as it should be.
fn serve_pages(servers: &mut Servers, tab: &mut Tab) {
    while let Some((id, request)) = tab.requests.pop_front() {
        let is_about_transfers = request.url.contains("/transfers");
        let outcome = if is_about_transfers { answer(200, PAGE) } else { servers.serve(request) };
        tab.answer(id, Ok(outcome));
    }
}

fn amount_error(tab: &Tab) -> Option<String> {
    match tab.transfer() {
        TransferView::Form(form) => {
            form.amount.error.map(|error| english::message(error.id, &error.arguments))
        }
        other => panic!("no form: {other:?}"),
    }
}

/// Proves: truth-before-sending
#[test]
fn amount_above_balance_is_refused_at_once() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    // The balance is 1,000.00.
    tab.fill(PAYEE, "1000.01", "");
    assert!(
        amount_error(&tab).is_some_and(|error| error.contains("1,000.00 EUR")),
        "{:?}",
        amount_error(&tab)
    );
    tab.dispatch(Event::Review);
    assert!(amount_error(&tab).is_some(), "it is not shown as an order");
    tab.dispatch(Event::Edited(Field::Amount, "1000".into()));
    tab.dispatch(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { .. }), "{:?}", tab.transfer());
}

/// Proves: truth-before-sending
#[test]
fn open_order_above_balance_can_be_repeated() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "800", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.lose_answer(&mut tab);
    while let Some((id, request)) = tab.requests.pop_front() {
        let about_transfers = request.url.contains("/transfers");
        let outcome = if about_transfers { answer(404, "no such path") } else { servers.serve(request) };
        tab.answer(id, Ok(outcome));
    }
    tab.dispatch(Event::Dismiss);
    tab.dispatch(Event::TryAgain);
    while let Some((id, request)) = tab.requests.pop_front() {
        let less = r#"{"balance":{"amount":20000,"currency":"EUR"}}"#;
        let is_balance = request.url.ends_with("/balance");
        let outcome = if is_balance { answer(200, less) } else { servers.serve(request) };
        tab.answer(id, Ok(outcome));
    }
    tab.dispatch(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { .. }), "{:?}", tab.transfer());
    tab.dispatch(Event::Online(false));
    tab.confirm();
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(!problem.sentence.contains("no money was moved"), "nobody knows that of the first: {problem:?}");
}

/// Proves: truth-before-sending
#[test]
fn offline_page_sends_nothing() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.dispatch(Event::Online(false));
    tab.confirm();
    assert!(tab.requests.is_empty() && servers.posts.is_empty());
    let TransferView::NotSent { problem, may_repeat, .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    assert_eq!((&*problem.code, may_repeat), ("transfer.offline", true));
    tab.dispatch(Event::Online(true));
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.serve_all(&mut tab);
    assert_eq!(servers.posts.len(), 1);
    assert!(matches!(tab.screen(), Screen::Account(_)));
}

/// Proves: truth-of-outcome
#[test]
fn html_page_is_not_already_done() {
    let mut servers = Servers::default();
    let (mut tab, _) = servers.confirming();
    // Back from the provider.
    tab.load(None);
    serve_pages(&mut servers, &mut tab);
    let TransferView::Interrupted { nothing_moved, .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    assert!(!nothing_moved, "that was not said either");
}

/// Proves: truth-of-outcome
#[test]
fn html_page_leaves_transfer_unknown() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.lose_answer(&mut tab);
    serve_pages(&mut servers, &mut tab);
    assert!(matches!(tab.transfer(), TransferView::Unknown { .. }), "{:?}", tab.transfer());
}
