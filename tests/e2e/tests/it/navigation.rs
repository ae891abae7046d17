//! Back, double clicks, lost answers and duplicated tabs: money is moved once.

use crate::steps::{
    RENT, WELCOME, ask_for_step_up, at_the_provider, confirm_everywhere, is_transfer, log_in,
    nothing_was_moved, phone, rent_was_paid_once, review, sees_balance, stay_before_leaving, transfer,
};
use e2e::{TestContext, TestError, people::ADA, provider_pages::number_on, scenario, servers::Setup};
use std::time::Duration;

/// Proves: threat-repeated-navigation
#[test]
fn back_after_a_finished_transfer_sends_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        transfer(context).await?;
        let length = page.history_length().await?;
        for _ in 1..length.min(6) {
            page.back().await?;
            // Wherever Back leads: nothing there sends the transfer again.
            page.everything().never_reads("Sending your transfer", Duration::from_millis(700)).await?;
        }
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await?;
        page.open(&servers.app.at("/")).await?;
        sees_balance(page, ADA.opening - RENT.minor).await?;
        Ok(())
    });
}

#[test]
fn back_from_the_provider_reports_no_confirmation() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        at_the_provider(context).await?;
        page.back().await?;
        page.everything().reads("No money was moved").await?;
        nothing_was_moved(context).await?;
        page.button("Cancel").click().await?;
        page.field("Amount").holds(RENT.amount).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn back_from_the_log_in_page_offers_log_in() {
    scenario(Setup::default(), async |context| {
        crate::steps::leave_to_log_in(context).await?;
        context.page.back().await?;
        context.page.heading(WELCOME).appears().await?;
        context.page.button("Log in").click().await?;
        e2e::provider_pages::enter_password(&context.page, ADA.email, e2e::people::PASSWORD).await?;
        sees_balance(&context.page, ADA.opening).await?;
        Ok(())
    });
}

/// Proves: threat-repeated-navigation
#[test]
fn double_click_on_confirm_makes_one_transfer() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        page.button("Confirm transfer").double_click().await?;
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        assert_eq!(servers.scopes_asked().len(), 2);
        rent_was_paid_once(context).await
    });
}

/// Proves: threat-lost-response
#[test]
fn response_lost_after_the_commit_is_found_and_money_moved_once() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let number = ask_for_step_up(page, RENT).await?;
        let rule = servers.api().when(is_transfer).lose_response();
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        rule.lift();
        let asked = servers.api().matching(|request| request.path.starts_with("/transfers/"));
        assert_eq!(asked.len(), 1, "the bank was asked what became of it: {asked:?}");
        let transfers = servers.api().matching(is_transfer);
        assert!(transfers[1..].iter().all(|request| request.idempotency_key == transfers[0].idempotency_key));
        sees_balance(page, ADA.opening - RENT.minor).await?;
        rent_was_paid_once(context).await
    });
}

#[test]
fn transfer_that_never_arrived_is_reported_and_can_be_sent_again() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let rule = servers.api().when(is_transfer).cut();
        phone.choose(&number).await?;
        page.alert().reads("did not reach your bank").await?;
        rule.lift();
        nothing_was_moved(context).await?;
        page.button("Send it again").click().await?;
        confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(context).await
    });
}

/// Proves: abandoned-order
#[test]
fn late_transfer_sent_again_through_the_form_is_made_once() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let rule = servers.api().when(is_transfer).cut();
        phone.choose(&number).await?;
        page.alert().reads("did not reach your bank").await?;
        rule.lift();
        // The customer changes nothing, reloads, and goes the whole way once more.
        page.button("Change the transfer").click().await?;
        page.reload().await?;
        page.button("Transfer").click().await?;
        confirm_everywhere(page, &phone).await?;

        let late = servers.api().matching(is_transfer).swap_remove(1);
        let (Some(token), Some(id)) = (&late.token, &late.idempotency_key) else {
            return Err(
                TestError::permanent(format!("the second attempt had no token or no id: {late:?}")).into()
            );
        };
        let answer = reqwest::Client::new()
            .post(servers.api().at("/transfer"))
            .header("Authorization", token.header())
            .header("Idempotency-Key", id)
            .json(&late.body)
            .send()
            .await?;
        assert_eq!(answer.status().as_u16(), 422, "the bank has given this id up, and paid under another");
        rent_was_paid_once(context).await
    });
}

/// Proves: request-record-per-state, threat-repeated-navigation
#[test]
fn duplicated_tab_pays_once() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, browser, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        // Between the refusal and the provider the tab is duplicated: the copy has a copy of its storage.
        let gate = stay_before_leaving(context).await?;
        let before = browser.pages().await?;
        page.evaluate("void window.open('/')").await?;
        let twin = browser.page_besides(&before).await?;
        gate.open();
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;

        // The copy knows nothing of that. Its customer goes through with it all the same.
        twin.button("Check it again").click().await?;
        twin.button("Confirm transfer").click().await?;
        let number = number_on(&twin).await?;
        phone.choose(&number).await?;
        twin.status().reads("This was already done").await?;
        rent_was_paid_once(context).await
    });
}
