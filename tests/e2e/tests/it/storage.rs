//! What is left behind: after a callback no address, no history and no storage holds the token of the transfer.

use crate::steps::{
    RENT, ask_for_step_up, at_the_provider, log_in, nothing_was_moved, phone, rent_was_paid_once,
    sees_balance, single_use_token,
};
use e2e::{
    Page, TestContext, TestError, TestFailure, eventually, people::ADA, scenario, servers::Setup, stays,
};
use std::time::Duration;

/// Everywhere that something could be left: what the browser keeps, and what scripts can reach.
async fn everything_left(page: &Page) -> Result<Vec<(&'static str, String)>, TestError> {
    let mut left = vec![
        ("the address", page.address().await?),
        ("the history", page.history().await?.join("\n")),
        ("localStorage", page.local_storage().await?),
        ("sessionStorage", page.session_storage().await?),
    ];
    left.extend(page.in_reach_of_scripts().await?);
    Ok(left)
}

/// Proves: single-use-token
#[test]
fn token_of_a_transfer_is_stored_nowhere() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        let token = single_use_token(context)?;
        for (place, text) in everything_left(page).await? {
            assert!(!token.is_in(&text), "{place} holds the single-use token");
            assert!(!text.contains("access_token="), "{place} holds an answer of the provider");
            assert!(!text.contains("id_token="), "{place} holds an answer of the provider");
        }
        assert!(!page.local_storage().await?.contains("eyJ"), "localStorage holds no token at all");
        // What the browser itself remembers for as long as this document lives goes with it.
        page.reload().await?;
        sees_balance(page, ADA.opening - RENT.minor).await?;
        assert!(!token.is_in(&page.loaded_from().await?), "a reload leaves nothing at all");
        // Through the whole history, as a person who presses Back and Forward would go.
        let steps = page.history_length().await?;
        for _ in 1..steps.min(8) {
            page.back().await?;
            no_answer_in(page).await?;
        }
        rent_was_paid_once(context).await?;
        Ok(())
    });
}

async fn no_answer_in(page: &Page) -> Result<(), TestFailure> {
    let address = page.address().await?;
    assert!(!address.contains("token="), "an entry of the history holds an answer of the provider");
    Ok(())
}

/// Proves: address-cleaned
#[test]
fn address_is_clean_before_the_webassembly_arrives() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let gate = servers.app.when(crate::steps::is_webassembly).hold();
        page.forget_files().await?;
        phone.choose(&number).await?;
        page.arrives_at(&servers.app.at("/")).await?;
        gate.wait_until_reached().await?;
        // Five seconds in which nothing of Riser but the page itself has arrived.
        stays(Duration::from_secs(5), async || {
            let seen = everything_left(page).await?;
            let held =
                seen.iter().find(|(_, text)| text.contains("access_token=") || text.contains("id_token="));
            match held {
                Some((place, _)) => Err(TestError::permanent(format!("{place} holds the provider's answer"))),
                None => Ok(()),
            }
        })
        .await?;
        // Something is painted all the while.
        page.everything().reads("Your account").await?;
        gate.open();
        page.status().reads("Transfer sent").await?;
        let token = single_use_token(context)?;
        for (place, text) in everything_left(page).await? {
            assert!(!token.is_in(&text), "{place} holds the single-use token");
        }
        rent_was_paid_once(context).await
    });
}

/// Proves: balance-token-in-tab
#[test]
fn balance_token_stays_in_its_tab() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, browser, servers } = context;
        log_in(context, ADA).await?;
        let requests = servers.api().matching(crate::steps::is_balance);
        let token = requests[0].token.clone().ok_or_else(|| TestError::permanent("no token was sent"))?;
        for (place, text) in everything_left(page).await? {
            assert_eq!(token.is_in(&text), place == "sessionStorage", "{place}");
        }
        let other = browser.new_window().await?;
        other.open(&servers.app.at("/")).await?;
        other.heading(crate::steps::WELCOME).appears().await?;
        assert_eq!(other.session_storage().await?, "[]");
        Ok(())
    });
}

/// Changes what the tab has stored, as somebody at the keyboard could, while the customer is at the provider.
/// Whoever edits an order while the customer is away gets nothing sent.
pub(crate) async fn edit_the_order(context: &TestContext, from: &str, to: &str) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let phone = phone(context).await?;
    log_in(context, ADA).await?;
    let number = ask_for_step_up(page, RENT).await?;
    // Another page of the same origin, in the same tab: its storage is the client's.
    let away = page.address().await?;
    page.open(&servers.app.at("/robots.txt")).await?;
    let before = page.session_storage().await?;
    assert!(before.contains(from), "the order is among what is stored: {before}");
    let script = format!(
        "Object.keys(sessionStorage).map(k => sessionStorage.setItem(k, sessionStorage.getItem(k).replaceAll({from:?}, {to:?})))"
    );
    page.evaluate(&script).await?;
    assert!(!page.session_storage().await?.contains(from));
    page.open(&away).await?;
    phone.choose(&number).await?;

    page.alert().reads("No money was moved").await?;
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403)], "the edited order never left");
    nothing_was_moved(context).await
}

/// Proves: transfer-as-confirmed
#[test]
fn edited_amount_is_not_sent() {
    scenario(Setup::default(), async |context| edit_the_order(context, "1250", "9250").await);
}

/// Proves: transfer-as-confirmed
#[test]
fn edited_payee_is_not_paid() {
    scenario(Setup::default(), async |context| {
        edit_the_order(context, RENT.payee, "FR1420041010050500013M02606").await
    });
}

/// Proves: transfer-as-confirmed
#[test]
fn edited_reference_is_not_sent() {
    scenario(Setup::default(), async |context| edit_the_order(context, "November", "December").await);
}

#[test]
fn lost_storage_is_reported() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let away = page.address().await?;
        page.open(&servers.app.at("/robots.txt")).await?;
        page.evaluate("sessionStorage.clear()").await?;
        page.open(&away).await?;
        phone.choose(&number).await?;
        page.alert().text().await?;
        page.button("Log in").appears().await?;
        eventually("a page without a token", async || {
            let kept = page.session_storage().await?;
            if kept.contains("eyJ") { Err(TestError::transient("the storage holds one")) } else { Ok(()) }
        })
        .await?;
        nothing_was_moved(context).await
    });
}
