//! A page that nobody touches: it asks, and then logs out; and what it says afterwards.

use crate::steps::{RENT, WELCOME, at_the_provider, log_in, open, review, sees_balance, type_order};
use e2e::{TestContext, TestFailure, people::ADA, provider_pages::number_on, scenario, servers::Setup};
use serde_json::json;
use std::time::Duration;

const QUESTION: &str = "Are you still there?";

/// Asks after ten seconds, and logs out after ten more.
fn impatient() -> Setup {
    Setup { config: |config| config["idle_seconds"] = json!(10), ..Setup::default() }
}

/// The page is that of somebody who was logged out, and shows nothing of the account.
async fn is_logged_out(context: &TestContext, sentence: &str) -> Result<(), TestFailure> {
    let page = &context.page;
    page.heading(WELCOME).appears().await?;
    page.status().reads(sentence).await?;
    let seen = page.everything().text().await?;
    assert!(!seen.contains("2,500") && !seen.contains("DE89"), "it is gone: {seen}");
    let stored = page.evaluate("sessionStorage.getItem('riser.session')").await?;
    assert!(stored.is_null(), "{stored}");
    Ok(())
}

/// Proves: idle-log-out
#[test]
fn left_alone_page_asks_and_logs_out_at_the_provider_too() {
    scenario(impatient(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.heading(QUESTION).appears().await?;
        page.css("dialog.idle").reads("We log you out in").await?;
        page.button("Stay logged in").click().await?;
        page.css("dialog.idle").disappears().await?;
        sees_balance(page, ADA.opening).await?;
        page.heading(QUESTION).appears().await?;
        is_logged_out(context, "You were away for a while").await?;
        assert!(
            !context.servers.tenant.requests("/oidc/logout").is_empty(),
            "the provider's session ends too"
        );
        page.button("Log in").click().await?;
        page.field("Password").appears().await?;
        Ok(())
    });
}

/// Proves: idle-log-out
#[test]
fn device_that_slept_shows_nothing_any_more() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.evaluate(
            "(now => { Date.now = () => now() + 3600000; dispatchEvent(new Event('visibilitychange')) })(Date.now)",
        )
        .await?;
        is_logged_out(context, "You were away for a while").await
    });
}

/// Proves: idle-log-out
#[test]
fn touched_page_and_transfer_under_way_stay() {
    scenario(impatient(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.evaluate("void (window.hand = setInterval(() => dispatchEvent(new Event('pointermove')), 500))")
            .await?;
        page.everything().never_reads(QUESTION, Duration::from_secs(15)).await?;
        sees_balance(page, ADA.opening).await?;
        let gate = context.servers.api().when(crate::steps::is_transfer).hold();
        type_order(page, RENT).await?;
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        gate.wait_until_reached().await?;
        page.evaluate("clearInterval(window.hand)").await?;
        page.everything().never_reads(QUESTION, Duration::from_secs(15)).await?;
        gate.open();
        number_on(page).await?;
        Ok(())
    });
}

#[test]
fn page_says_that_the_customer_logged_out() {
    scenario(Setup::default(), async |context| {
        log_in(context, ADA).await?;
        context.page.button("Log out").click().await?;
        is_logged_out(context, "You are logged out.").await?;
        open(context).await?;
        context.page.heading(WELCOME).appears().await?;
        Ok(())
    });
}

#[test]
fn too_many_requests_are_told_with_the_minutes() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        at_the_provider(context).await?;
        for at in 1..=5 {
            page.button("Cancel").click().await?;
            page.status().reads("You cancelled").await?;
            page.button("Change the transfer").click().await?;
            review(page, RENT).await?;
            page.button("Confirm transfer").click().await?;
            if at < 5 {
                number_on(page).await?;
            }
        }
        let said = page.alert().reads("Too many requests").await?;
        assert!(said.contains("No money was moved") && said.contains("10 min"), "{said}");
        Ok(())
    });
}
