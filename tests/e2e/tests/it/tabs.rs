//! Several tabs, and the way back and forth through the history of one: each transfer once, and none of another's.

use crate::steps::{
    Order, RENT, WELCOME, ask_for_step_up, at_the_provider, is_transfer, log_in, nothing_was_moved, phone,
    rent_was_paid_once, sees_balance, transfer,
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    people::{ADA, BEN},
    provider_pages::number_on,
    scenario,
    servers::Setup,
};
use std::collections::BTreeSet;

/// 7.20 from Ada to Ben.
const BOOKS: Order =
    Order { name: BEN.name, payee: BEN.iban, amount: "7.20", minor: 720, reference: "Books" };

/// Another tab of the same customer, logged in by itself.
async fn second_tab(context: &TestContext) -> Result<Page, TestError> {
    let tab = context.browser.new_window().await?;
    tab.open(&context.servers.app.at("/")).await?;
    tab.heading(WELCOME).appears().await?;
    tab.button("Log in").click().await?;
    sees_balance(&tab, ADA.opening).await?;
    Ok(tab)
}

/// The one that came after those.
fn besides(known: &[String], all: Vec<String>) -> Result<String, TestError> {
    all.into_iter()
        .find(|one| !known.contains(one))
        .ok_or_else(|| TestError::permanent("there is no other request"))
}

/// Both were carried out, each once, each with what its own tab said.
async fn both_were_paid_once(context: &TestContext) -> Result<(), TestFailure> {
    let servers = &context.servers;
    assert_eq!(servers.transfers_made().await?, 2);
    assert_eq!(servers.balance_of(ADA).await?, ADA.opening - RENT.minor - BOOKS.minor);
    assert_eq!(servers.balance_of(BEN).await?, BEN.opening + RENT.minor + BOOKS.minor);
    let accepted = servers.api().matching(|request| is_transfer(request) && request.was_handled_with(201));
    let distinct =
        |of: fn(&e2e::server::Exchange) -> String| accepted.iter().map(of).collect::<BTreeSet<_>>();
    assert_eq!(distinct(|request| format!("{:?}", request.idempotency_key)).len(), 2, "an id each");
    assert_eq!(distinct(|request| format!("{:?}", request.token)).len(), 2, "a token each");
    let references =
        distinct(|request| format!("{:?}", request.body.as_ref().map(|body| &body["reference"])));
    assert_eq!(references.len(), 2, "{references:?}");
    Ok(())
}

/// Proves: request-record-per-state, threat-repeated-navigation
#[test]
fn transfers_of_two_tabs_stay_apart() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let other = second_tab(context).await?;
        // Both wait at the provider; the one that left last is confirmed first.
        let rent = ask_for_step_up(page, RENT).await?;
        let first = phone.requests(1).await?;
        let books = ask_for_step_up(&other, BOOKS).await?;
        phone.choose_for(&besides(&first, phone.requests(2).await?)?, &books).await?;
        let said = other.status().reads("Transfer sent").await?;
        assert!(!said.contains(RENT.reference), "{said}");
        other.everything().reads(BOOKS.reference).await?;

        assert_eq!(number_on(page).await?, rent, "the other tab still waits for its own");
        phone.choose(&rent).await?;
        page.status().reads("Transfer sent").await?;
        page.everything().reads(RENT.reference).await?;
        both_were_paid_once(context).await
    });
}

#[test]
fn denying_one_of_two_transfers_keeps_the_other() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let other = second_tab(context).await?;
        let rent = ask_for_step_up(page, RENT).await?;
        let first = phone.requests(1).await?;
        ask_for_step_up(&other, BOOKS).await?;
        phone.deny_for(&besides(&first, phone.requests(2).await?)?).await?;
        other.alert().reads("No money was moved").await?;
        nothing_was_moved(context).await?;
        phone.choose(&rent).await?;
        page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await
    });
}

/// Proves: threat-repeated-navigation
#[test]
fn back_and_forward_at_the_provider_makes_one_transfer() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        page.back().await?;
        page.everything().reads("No money was moved").await?;
        page.forward().await?;
        assert_eq!(number_on(page).await?, number, "the same question");
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await
    });
}

#[test]
fn back_and_forward_after_a_finished_transfer_sends_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        transfer(context).await?;
        let before = servers.api().matching(is_transfer).len();
        let steps = page.history_length().await?.min(6);
        for _ in 1..steps {
            page.back().await?;
        }
        for _ in 1..steps {
            page.forward().await?;
        }
        sees_balance(page, ADA.opening - RENT.minor).await?;
        assert_eq!(servers.api().matching(is_transfer).len(), before);
        rent_was_paid_once(context).await
    });
}

/// Proves: threat-repeated-navigation
#[test]
fn page_from_the_back_forward_cache_is_reloaded() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        page.evaluate("void addEventListener('pageshow', e => localStorage.kept = e.persisted)").await?;
        let asked = servers.api().matching(crate::steps::is_balance).len();
        page.open(&servers.tenant.at("/phone")).await?;
        page.heading("Pair your phone").appears().await?;
        page.back().await?;
        sees_balance(page, ADA.opening).await?;
        assert_eq!(page.evaluate("localStorage.kept").await?, "true", "the browser did keep the page");
        assert_eq!(
            servers.api().matching(crate::steps::is_balance).len(),
            asked + 1,
            "it asked the bank again"
        );
        Ok(())
    });
}

#[test]
fn tab_duplicated_at_the_receipt_sends_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, browser, .. } = context;
        transfer(context).await?;
        let before = browser.pages().await?;
        page.evaluate("void window.open('/')").await?;
        let twin = browser.page_besides(&before).await?;
        sees_balance(&twin, ADA.opening - RENT.minor).await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await
    });
}

#[test]
fn tab_duplicated_after_the_response_makes_one_transfer() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, browser, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let waiting = page.address().await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        // The same question in a second tab: it has had its answer, and the tab has no storage of the first one's.
        let twin = browser.new_window().await?;
        twin.open(&waiting).await?;
        twin.heading("This request is finished").appears().await?;
        twin.open(&servers.app.at("/")).await?;
        twin.heading(WELCOME).appears().await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await
    });
}
