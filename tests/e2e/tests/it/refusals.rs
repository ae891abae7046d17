//! Everything that says no: each a sentence, none a loop, and no money moved.

use crate::steps::{
    RENT, ask_for_step_up, at_the_provider, code, confirm_everywhere, is_balance, is_transfer,
    leave_to_log_in, log_in, nothing_was_moved, phone, review, sees_balance, type_order,
};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    people::{ADA, BEN, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    servers::Setup,
};
use std::time::Duration;

/// How long "and nothing more happens" is watched: longer than the page itself waits before it leaves.
const A_MOMENT: Duration = Duration::from_secs(3);

/// A final sentence: an alert that says that no money was moved, a way on, and no further request.
async fn is_final(context: &TestContext, sentence: &str) -> Result<(), TestFailure> {
    let page = &context.page;
    let said = page.alert().reads(sentence).await?;
    assert!(said.contains("No money was moved"), "{said}");
    page.button("Change the transfer").appears().await?;
    let before = (context.servers.scopes_asked(), context.servers.statuses("POST", "/transfer"));
    page.everything().never_reads("Please confirm this", A_MOMENT).await?;
    assert_eq!(before, (context.servers.scopes_asked(), context.servers.statuses("POST", "/transfer")));
    page.button("Change the transfer").click().await?;
    page.field("Reference").holds(RENT.reference).await?;
    Ok(())
}

#[test]
fn wrong_password_is_reported_and_the_right_one_continues() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        leave_to_log_in(context).await?;
        enter_password(page, ADA.email, "incorrect horse battery").await?;
        page.alert().text().await?;
        page.field("Email").holds(ADA.email).await?;
        assert!(context.servers.api().matching(is_balance).is_empty(), "nothing was asked of the bank");
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn cancelled_log_in_offers_log_in() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        leave_to_log_in(context).await?;
        page.button("Cancel").click().await?;
        page.alert().text().await?;
        assert!(page.address().await?.starts_with(&context.servers.app.at("/")));
        assert!(context.servers.api().matching(is_balance).is_empty(), "nothing was asked of the bank");
        page.button("Log in").click().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn denied_push_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let (phone, _) = at_the_provider(context).await?;
        phone.deny().await?;
        is_final(context, "You denied it").await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(context).await
    });
}

#[test]
fn wrong_number_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let (phone, number) = at_the_provider(context).await?;
        phone.choose_other_than(&number).await?;
        is_final(context, "The wrong number was chosen").await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(context).await
    });
}

#[test]
fn cancelling_at_the_provider_moves_nothing() {
    scenario(Setup::default(), async |context| {
        at_the_provider(context).await?;
        let page = &context.page;
        page.button("Cancel").click().await?;
        let said = page.status().reads("You cancelled").await?;
        assert!(said.contains("No money was moved"), "{said}");
        page.button("Change the transfer").click().await?;
        page.field("Reference").holds(RENT.reference).await?;
        nothing_was_moved(context).await
    });
}

#[test]
fn smaller_grant_is_final_after_one_redirect() {
    let setup = Setup { permissions: Some(vec!["view:balance"]), ..Setup::default() };
    scenario(setup, async |context| {
        // The tenant's script asks for the second factor because the scope was asked for, granted or not, as at Auth0.
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        is_final(context, "").await?;
        assert_eq!(
            context.servers.scopes_asked(),
            ["openid view:balance", "openid view:balance transfer:funds"],
            "one redirect, no second"
        );
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(context).await
    });
}

fn forbidden() -> Response {
    let challenge = r#"Bearer error="insufficient_scope", scope="transfer:funds""#;
    (StatusCode::FORBIDDEN, [(header::WWW_AUTHENTICATE, challenge)], "Forbidden").into_response()
}

/// Proves: api-403-final
#[test]
fn api_that_always_refuses_is_asked_twice() {
    scenario(Setup::default(), async |context| {
        let rule = context.servers.api().when(is_transfer).answer(forbidden);
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        is_final(context, "refused").await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403), Some(403)]);
        assert_eq!(context.servers.scopes_asked().len(), 2, "no second step-up");
        rule.lift();
        nothing_was_moved(context).await
    });
}

/// Proves: api-401
#[test]
fn token_that_is_never_accepted_starts_no_loop() {
    scenario(Setup::default(), async |context| {
        let challenge = r#"Bearer realm="bank", error="invalid_token""#;
        let refuse =
            move || (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], "").into_response();
        let rule = context.servers.api().when(|request| request.token.is_some()).answer(refuse);
        leave_to_log_in(context).await?;
        enter_password(&context.page, ADA.email, PASSWORD).await?;
        context.page.alert().text().await?;
        let asked = context.servers.scopes_asked().len();
        context.page.everything().never_reads("Taking you to the log-in page", A_MOMENT).await?;
        assert_eq!(context.servers.scopes_asked().len(), asked, "no log-in loop");
        assert!(asked <= 2, "{asked} log-ins");
        rule.lift();
        context.page.button("Log in").click().await?;
        sees_balance(&context.page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn business_refusal_is_reported_and_the_transfer_can_be_changed() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let to_nobody = crate::steps::Order { payee: "FR1420041010050500013M02606", ..RENT };
        let number = ask_for_step_up(page, to_nobody).await?;
        phone.choose(&number).await?;
        page.alert().reads("We don't know this account").await?;
        assert_eq!(code(page).await?, "transfer.unknown-payee");
        nothing_was_moved(context).await?;
        page.button("Change the transfer").click().await?;
        page.field("Pay to (IBAN)").fill(RENT.payee).await?;
        page.button("Transfer").click().await?;
        confirm_everywhere(page, &phone).await?;
        crate::steps::rent_was_paid_once(context).await
    });
}

/// Proves: truth-before-sending
#[test]
fn amount_above_the_balance_is_reported_before_sending() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        type_order(page, crate::steps::Order { amount: "2500.01", minor: 250_001, ..RENT }).await?;
        page.button("Transfer").click().await?;
        page.everything().reads("You have 2,500.00 EUR. Enter a smaller amount.").await?;
        assert_eq!(page.button("Confirm transfer").count().await?, 0);
        assert!(servers.api().matching(is_transfer).is_empty());
        Ok(())
    });
}

/// Proves: step-up-same-subject
#[test]
fn another_customer_cannot_confirm_the_transfer() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, browser } = context;
        let ada_phone = phone(context).await?;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        // Meanwhile, in another tab: Ada's session at the provider ends, Ben's begins.
        let other = browser.new_window().await?;
        other.open(&servers.tenant.at("/v2/logout")).await?;
        other.everything().reads("logged out").await?;
        page.button("Confirm transfer").click().await?;
        page.field("Email").appears().await?;
        enter_password(page, BEN.email, PASSWORD).await?;
        let number = number_on(page).await?;
        drop(ada_phone);
        // The phone of this browser is Ada's; Ben pairs his own.
        let ben_phone = pair_instead(&other, context).await?;
        ben_phone.choose(&number).await?;

        is_final(context, "Somebody else").await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(context).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

async fn pair_instead(page: &Page, context: &TestContext) -> Result<e2e::phone::Phone, TestError> {
    page.open(&context.servers.tenant.at("/phone")).await?;
    page.button("Unpair this phone").click().await?;
    page.heading("Pair your phone").appears().await?;
    e2e::phone::Phone::of(BEN, page.clone(), &context.servers).await
}
