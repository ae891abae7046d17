//! Reload in every state: nothing is lost, nothing is sent twice.

use crate::steps::{
    RENT, WELCOME, at_the_provider, confirm_everywhere, is_transfer, log_in, nothing_was_moved, open, phone,
    rent_was_paid_once, review, sees_balance, stay_before_leaving, transfer, type_order,
};
use axum::{http::StatusCode, response::IntoResponse};
use e2e::{TestContext, people::ADA, provider_pages::number_on, scenario, servers::Setup};

#[test]
fn when_signed_out() {
    scenario(Setup::default(), async |context| {
        open(context).await?;
        context.page.reload().await?;
        context.page.heading(WELCOME).appears().await?;
        context.page.button("Log in").appears().await?;
        Ok(())
    });
}

#[test]
fn keeps_the_session_and_input() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        type_order(page, RENT).await?;
        page.field("Reference").press(e2e::Key::Tab).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Pay to (IBAN)").holds(&crate::steps::grouped(RENT.payee)).await?;
        page.field("Amount").holds(RENT.amount).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert_eq!(context.servers.scopes_asked().len(), 1, "no second log-in");
        Ok(())
    });
}

#[test]
fn at_the_confirmation_sends_nothing() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert!(context.servers.api().matching(is_transfer).is_empty());
        Ok(())
    });
}

#[test]
fn before_the_redirect_loses_nothing() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let gate = stay_before_leaving(context).await?;
        page.reload().await?;
        page.everything().reads("No money was moved").await?;
        gate.open();
        page.button("Check it again").click().await?;
        confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(context).await
    });
}

#[test]
fn at_the_provider_keeps_the_request() {
    scenario(Setup::default(), async |context| {
        let (phone, number) = at_the_provider(context).await?;
        context.page.reload().await?;
        assert_eq!(number_on(&context.page).await?, number);
        phone.choose(&number).await?;
        context.page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await
    });
}

#[test]
fn while_the_response_is_checked() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let gate = servers.app.when(crate::steps::is_webassembly).hold();
        page.forget_files().await?;
        phone.choose(&number).await?;
        gate.wait_until_reached().await?;
        page.reload().await?;
        gate.open();
        // The token was only in the page that is gone. Nothing was sent with it, and the page says so.
        page.everything().reads("No money was moved").await?;
        nothing_was_moved(context).await?;
        page.button("Check it again").click().await?;
        confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(context).await
    });
}

/// Proves: threat-repeated-navigation
#[test]
fn while_the_transfer_is_sent_asks_the_bank() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let rule = servers.api().when(is_transfer).lose_response();
        let gate = servers.api().when(|request| request.path.starts_with("/transfers/")).hold();
        phone.choose(&number).await?;
        gate.wait_until_reached().await?;
        page.everything().reads("We do not know yet whether this went through").await?;
        page.reload().await?;
        page.everything().reads("We do not know yet whether this went through").await?;
        gate.open();
        page.status().reads("Transfer sent").await?;
        rule.lift();
        rent_was_paid_once(context).await
    });
}

#[test]
fn at_the_receipt_does_not_send_again() {
    scenario(Setup::default(), async |context| {
        transfer(context).await?;
        context.page.reload().await?;
        sees_balance(&context.page, ADA.opening - RENT.minor).await?;
        context.page.css(".receipt").reads("12.50").await?;
        context.page.link("Home").click().await?;
        context.page.css("li.entry").reads("12.50").await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await
    });
}

#[test]
fn while_the_result_is_unknown_asks_again() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let lost = servers.api().when(is_transfer).lose_response();
        let down = servers
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
        rent_was_paid_once(context).await
    });
}
