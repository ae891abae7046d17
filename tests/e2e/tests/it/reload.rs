//! Reload in every state: nothing is lost, nothing is sent twice.

use crate::steps::{
    RENT, WELCOME, at_the_provider, confirm_everywhere, is_transfer, log_in, nothing_was_moved, open, phone,
    rent_was_paid_once, review, sees_balance, stay_before_leaving, transfer, type_order,
};
use axum::{http::StatusCode, response::IntoResponse};
use e2e::{
    Stage,
    people::{ADA, number_on},
    scenario,
    world::Setup,
};

#[test]
fn reload_when_signed_out() {
    scenario(Setup::default(), async |stage| {
        open(stage).await?;
        stage.page.reload().await?;
        stage.page.heading(WELCOME).appears().await?;
        stage.page.button("Log in").appears().await?;
        Ok(())
    });
}

#[test]
fn reload_keeps_the_session_and_what_was_typed() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        log_in(stage, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        type_order(page, RENT).await?;
        page.field("Reference").press(e2e::Key::Tab).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Pay to (IBAN)").holds(&crate::steps::grouped(RENT.payee)).await?;
        page.field("Amount").holds(RENT.amount).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert_eq!(stage.world.scopes_asked().len(), 1, "no second log-in");
        Ok(())
    });
}

#[test]
fn reload_at_the_confirmation_sends_nothing() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        log_in(stage, ADA).await?;
        review(page, RENT).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert!(stage.world.api().those(is_transfer).is_empty());
        Ok(())
    });
}

#[test]
fn reload_after_the_refusal_and_before_leaving_loses_nothing() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        let phone = phone(stage).await?;
        log_in(stage, ADA).await?;
        let gate = stay_before_leaving(stage).await?;
        page.reload().await?;
        page.everything().reads("No money was moved").await?;
        gate.open();
        page.button("Check it again").click().await?;
        confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(stage).await
    });
}

#[test]
fn reload_at_the_provider_keeps_the_request() {
    scenario(Setup::default(), async |stage| {
        let (phone, number) = at_the_provider(stage).await?;
        stage.page.reload().await?;
        assert_eq!(number_on(&stage.page).await?, number);
        phone.choose(&number).await?;
        stage.page.status().reads("Transfer sent").await?;
        rent_was_paid_once(stage).await
    });
}

#[test]
fn reload_while_the_answer_of_the_provider_is_checked() {
    scenario(Setup::default(), async |stage| {
        let Stage { world, page, .. } = stage;
        let (phone, number) = at_the_provider(stage).await?;
        let gate = world.app.when(crate::steps::is_webassembly).hold();
        page.forget_files().await?;
        phone.choose(&number).await?;
        gate.is_reached().await?;
        page.reload().await?;
        gate.open();
        // The token was only in the page that is gone. Nothing was sent with it, and the page says so.
        page.everything().reads("No money was moved").await?;
        nothing_was_moved(stage).await?;
        page.button("Check it again").click().await?;
        confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(stage).await
    });
}

/// Proves: threat-repeated-navigation
#[test]
fn reload_while_the_transfer_is_sent_asks_the_bank() {
    scenario(Setup::default(), async |stage| {
        let Stage { world, page, .. } = stage;
        let (phone, number) = at_the_provider(stage).await?;
        let rule = world.api().when(is_transfer).lose_the_answer();
        let gate = world.api().when(|request| request.path.starts_with("/transfers/")).hold();
        phone.choose(&number).await?;
        gate.is_reached().await?;
        page.everything().reads("We do not know yet whether this went through").await?;
        page.reload().await?;
        page.everything().reads("We do not know yet whether this went through").await?;
        gate.open();
        page.status().reads("Transfer sent").await?;
        rule.lift();
        rent_was_paid_once(stage).await
    });
}

#[test]
fn reload_at_the_receipt_does_not_send_again() {
    scenario(Setup::default(), async |stage| {
        transfer(stage).await?;
        stage.page.reload().await?;
        sees_balance(&stage.page, ADA.opening - RENT.minor).await?;
        stage.page.css("li.entry").reads("12.50").await?;
        assert_eq!(stage.world.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(stage).await
    });
}

#[test]
fn reload_while_the_outcome_is_unknown_asks_again() {
    scenario(Setup::default(), async |stage| {
        let Stage { world, page, .. } = stage;
        let (phone, number) = at_the_provider(stage).await?;
        let lost = world.api().when(is_transfer).lose_the_answer();
        let down = world
            .api()
            .when(|request| request.path.starts_with("/transfers/"))
            .answer(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
        phone.choose(&number).await?;
        page.button("Ask again").appears().await?;
        page.reload().await?;
        page.button("Ask again").appears().await?;
        down.lift();
        page.status().reads("Transfer sent").await?;
        lost.lift();
        rent_was_paid_once(stage).await
    });
}
