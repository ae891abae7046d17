//! The client as it is, against an API that answers like the sample of Auth0's documentation.

use crate::steps::{
    UNNAMED_RENT, WELCOME, ask_for_step_up, confirm_everywhere, is_balance, is_transfer, leave_to_log_in,
    phone, review, single_use_token,
};
use e2e::{
    TestContext, TestError, TestFailure, eventually,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    servers::{Api, Host, Setup},
};

const BALANCE: &str = "This is the GET /balance endpoint";
const TRANSFER: &str = "This is the POST /transfer endpoint";

/// Proves: api-403-step-up
#[test]
fn works_on_another_origin_with_cors() {
    scenario(Setup { api: Api::ExpressElsewhere, ..Setup::default() }, the_workflow);
}

/// Proves: api-error-sentence
#[test]
fn works_beside_the_client() {
    scenario(Setup { api: Api::Express, host: Host::Files, ..Setup::default() }, the_workflow);
}

#[test]
fn works_beside_a_host_that_answers_every_path() {
    scenario(Setup { api: Api::Express, ..Setup::default() }, the_workflow);
}

async fn the_workflow(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let phone = phone(context).await?;
    leave_to_log_in(context).await?;
    enter_password(page, ADA.email, PASSWORD).await?;
    page.test_id("balance").reads(BALANCE).await?;
    assert_eq!(page.alert().count().await?, 0, "a bank without a list of transfers is no failure");

    let number = ask_for_step_up(page, UNNAMED_RENT).await?;
    phone.choose(&number).await?;
    page.status().reads("Transfer sent").await?;
    let seen = page.everything().reads(TRANSFER).await?;
    assert!(
        seen.contains(&crate::steps::grouped(UNNAMED_RENT.payee)),
        "the receipt says what was sent: {seen}"
    );

    assert_eq!(servers.scopes_asked(), ["openid view:balance", "openid view:balance transfer:funds"]);
    // The last of them is asked for beside the receipt.
    eventually("answers to every question about the balance", async || {
        let balances = servers.api().matching(is_balance);
        let all = balances.iter().all(|request| request.was_handled_with(201));
        if all { Ok(()) } else { Err(TestError::transient(format!("{balances:?}"))) }
    })
    .await?;
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
    let transfers = servers.api().matching(is_transfer);
    assert_ne!(transfers[0].token, transfers[1].token);
    let token = single_use_token(context)?;
    assert!(!token.is_in(&page.session_storage().await?));

    page.button("Make another transfer").click().await?;
    page.field("Amount").holds("").await?;
    page.reload().await?;
    page.test_id("balance").reads(BALANCE).await?;
    page.button("Log out").click().await?;
    page.heading(WELCOME).appears().await?;
    Ok(())
}

#[test]
fn denied_push_is_final() {
    scenario(Setup { api: Api::ExpressElsewhere, ..Setup::default() }, async |context| {
        let page = &context.page;
        let phone = phone(context).await?;
        leave_to_log_in(context).await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        page.test_id("balance").reads(BALANCE).await?;
        ask_for_step_up(page, UNNAMED_RENT).await?;
        phone.deny().await?;
        page.alert().reads("No money was moved").await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403)]);
        Ok(())
    });
}

#[test]
fn lost_response_stays_unknown() {
    scenario(Setup { api: Api::ExpressElsewhere, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        leave_to_log_in(context).await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        page.test_id("balance").reads(BALANCE).await?;
        review(page, UNNAMED_RENT).await?;
        page.button("Confirm transfer").click().await?;
        let number = number_on(page).await?;
        let rule = servers.api().when(is_transfer).lose_response();
        phone.choose(&number).await?;
        let seen = page.everything().reads("We do not know yet whether this went through").await?;
        assert!(!seen.contains("No money was moved"), "nobody knows that: {seen}");
        page.button("Ask again").click().await?;
        page.button("Ask again").appears().await?;
        rule.lift();
        page.reload().await?;
        page.everything().reads("We do not know yet whether this went through").await?;
        // The customer has looked, and sends it again: the id says that it is the same transfer.
        page.button("I have looked at my account").click().await?;
        page.field("Reference").holds(UNNAMED_RENT.reference).await?;
        page.button("Transfer").click().await?;
        confirm_everywhere(page, &phone).await?;
        let sent = servers.api().matching(is_transfer);
        assert!(sent.iter().all(|request| request.idempotency_key == sent[0].idempotency_key), "{sent:?}");
        Ok(())
    });
}
