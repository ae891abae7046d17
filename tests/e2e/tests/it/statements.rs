//! The page behind a second factor, and what the bank asks for by RFC 9470.

use crate::steps::{
    RENT, ask_for_step_up, at_the_provider, code, code_flow, euros, is_transfer, log_in, nothing_was_moved,
    phone, rent_was_paid_once, sees_balance, type_order,
};
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    people::{ADA, BEN},
    provider_pages::number_on,
    scenario,
    server::Exchange,
    servers::Setup,
};

const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
const ASKS: &str = "Confirm that it is you.";

fn is_statements(request: &Exchange) -> bool {
    // The page has the same address.
    request.is("GET", "/statements") && request.token.is_some()
}

/// From the account to the provider's waiting page.
async fn leave_for_statements(page: &Page) -> Result<String, TestError> {
    page.link("Statements").click().await?;
    number_on(page).await
}

/// Ada's only statement: the opening of her account.
async fn sees_statements(page: &Page) -> Result<(), TestError> {
    page.heading("Statements").appears().await?;
    let seen = page.css("section.statement").reads("Opening balances").await?;
    if seen.contains(&euros(ADA.opening)) { Ok(()) } else { Err(TestError::permanent(seen)) }
}

/// Proves: statements-need-mfa
#[test]
fn require_a_second_factor() {
    scenario(Setup::default(), a_second_factor);
}

/// Proves: statements-need-mfa
#[test]
fn require_a_second_factor_in_the_code_flow() {
    scenario(Setup { config: code_flow, ..Setup::default() }, a_second_factor);
}

async fn a_second_factor(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let phone = phone(context).await?;
    log_in(context, ADA).await?;
    type_order(page, RENT).await?;
    let number = leave_for_statements(page).await?;
    assert!(servers.api().matching(is_statements).is_empty(), "nothing is asked for before");
    let asked = phone.request().await?;
    assert!(asked.contains("confirm that it is you"), "{asked}");
    phone.choose(&number).await?;
    sees_statements(page).await?;

    let requests = servers.tenant.requests("/authorize");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].parameter("acr_values"), MULTI_FACTOR);
    assert_eq!(requests[1].parameter("scope"), "openid view:balance", "no more authority than before");
    let [seen] = &servers.api().matching(is_statements)[..] else { panic!("one request") };
    assert!(seen.was_handled_with(200));
    let claims = seen.token.as_ref().map(e2e::Token::claims).unwrap_or_default();
    assert_eq!(claims["amr"], serde_json::json!(["mfa"]));

    // What was typed is still there, and the way back is short.
    crate::steps::open_pay_form(page).await?;
    page.field("Reference").holds(RENT.reference).await?;
    page.link("Statements").click().await?;
    sees_statements(page).await?;
    assert_eq!(servers.tenant.requests("/authorize").len(), 2, "once is enough");
    Ok(())
}

#[test]
fn older_statements_come_by_the_cursor_of_the_bank() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        // The newest page is as long as this test wants it; what is older is the bank's own.
        let is_newest = |request: &Exchange| is_statements(request) && request.parameter("before").is_empty();
        let newest = servers.api().when(is_newest).answer(newest_page);
        let number = leave_for_statements(page).await?;
        phone.choose(&number).await?;
        page.css("section.statement").reads("Rent of May").await?;
        page.everything().never_reads("Opening balances", std::time::Duration::ZERO).await?;

        // A page that does not come takes nothing away and can be asked for again.
        let is_older = |request: &Exchange| is_statements(request) && request.parameter("before") == CURSOR;
        let fault = servers.api().when(is_older).answer(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
        page.button("Show older").click().await?;
        page.alert().appears().await?;
        page.css("section.statement").reads("Rent of May").await?;
        fault.lift();
        page.button("Show older").click().await?;
        page.css("section.statement:last-of-type").reads("Opening balances").await?;
        page.css("section.statement").reads("Rent of May").await?;
        page.button("Show older").disappears().await?;
        let seen = servers.api().matching(is_older);
        assert_eq!(seen.last().map(|request| request.was_handled_with(200)), Some(true));
        newest.lift();
        Ok(())
    });
}

/// Below a booking that the bank has not reached, in a month that is not over.
const CURSOR: &str = "9000.2099-12";

/// A page of the bank's statements with more behind it.
fn newest_page() -> axum::response::Response {
    let money = |minor: i64| serde_json::json!({ "amount": minor, "currency": "EUR" });
    axum::Json(serde_json::json!({
        "account": { "iban": ADA.iban, "holder": ADA.name },
        "statements": [{
            "id": "2100-05", "from": "2100-05-01", "to": "2100-05-31",
            "opening": money(ADA.opening), "closing": money(ADA.opening - 90_000),
            "entries": [{
                "id": "0190b0a4-6c4e-7000-8000-000000000001", "direction": "out",
                "counterparty": { "iban": BEN.iban, "holder": BEN.name },
                "amount": money(90_000), "reference": "Rent of May", "created_at": "2100-05-03T10:00:00Z",
                "balance": money(ADA.opening - 90_000)
            }]
        }],
        "next": CURSOR
    }))
    .into_response()
}

/// Proves: statements-denied-stays
#[test]
fn denied_second_factor_shows_nothing_and_keeps_the_session() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        leave_for_statements(page).await?;
        phone.deny().await?;
        page.alert().reads("You denied it").await?;
        assert_eq!(code(page).await?, "provider.access_denied");
        assert!(servers.api().matching(is_statements).is_empty(), "the bank is not asked");
        page.link("Home").click().await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn cancelling_before_the_redirect_stays() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        let gate = servers.tenant.when(|request| request.path.starts_with("/.well-known/openid")).hold();
        page.forget_files().await?;
        page.link("Statements").click().await?;
        page.status().reads(ASKS).await?;
        gate.wait_until_reached().await?;
        page.button("Cancel").click().await?;
        gate.open();
        sees_balance(page, ADA.opening).await?;
        assert!(!page.session_storage().await?.contains("riser.request."), "the request is forgotten");
        assert_eq!(servers.tenant.requests("/authorize").len(), 1);
        Ok(())
    });
}

/// Proves: stored-id-token-verified
#[test]
fn stored_second_factor_is_verified_again() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let number = leave_for_statements(page).await?;
        phone.choose(&number).await?;
        sees_statements(page).await?;
        // A reload keeps it.
        page.reload().await?;
        sees_statements(page).await?;
        assert_eq!(servers.tenant.requests("/authorize").len(), 2);
        // One character of the signature edited, and it is worth nothing.
        let edit = "(() => { const name = 'riser.session'; const kept = JSON.parse(sessionStorage.getItem(name)); \
            const [header, claims, signature] = kept.second_factor.split('.'); \
            kept.second_factor = [header, claims, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.'); \
            sessionStorage.setItem(name, JSON.stringify(kept)) })()";
        page.evaluate(edit).await?;
        let before = servers.api().matching(is_statements).len();
        page.reload().await?;
        number_on(page).await?;
        assert_eq!(servers.api().matching(is_statements).len(), before, "the bank is not asked");
        Ok(())
    });
}

/// Proves: api-authentication-challenge
#[test]
fn bank_gets_the_newer_confirmation_it_demands() {
    // The second factor of a transfer is known to the page; the token for reading has none, and the bank says so.
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        let number = leave_for_statements(page).await?;
        let asked = servers.tenant.requests("/authorize");
        let last = asked.last().expect("a request");
        assert_eq!(
            (last.parameter("acr_values").as_str(), last.parameter("max_age").as_str()),
            (MULTI_FACTOR, "900")
        );
        phone.choose(&number).await?;
        page.css("section.statement").reads("Opening balances").await?;
        let statuses: Vec<_> =
            servers.api().matching(is_statements).iter().map(|request| request.status.answered()).collect();
        assert_eq!(statuses, [Some(401), Some(200)]);
        rent_was_paid_once(context).await
    });
}

/// Proves: api-authentication-challenge
#[test]
fn bank_that_always_demands_more_starts_no_loop() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let rule = servers.api().when(is_statements).answer(|| demand("max_age=\"60\""));
        let number = leave_for_statements(page).await?;
        phone.choose(&number).await?;
        // The bank wants more than the page has asked for: that takes another press of a button.
        page.alert().reads("We need one more confirmation").await?;
        assert_eq!(code(page).await?, "statements.more");
        page.everything().never_reads(ASKS, std::time::Duration::from_secs(3)).await?;
        assert_eq!(servers.tenant.requests("/authorize").len(), 2);
        page.button("Try again").click().await?;
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.alert().reads("We can't show your statements").await?;
        assert_eq!(code(page).await?, "statements.refused");
        page.everything().never_reads(ASKS, std::time::Duration::from_secs(3)).await?;
        let requests = servers.tenant.requests("/authorize");
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[2].parameter("max_age"), "60");
        rule.lift();
        Ok(())
    });
}

/// Proves: api-authentication-challenge
#[test]
fn transfer_with_a_newer_log_in_takes_one_redirect() {
    let as_it_comes: fn(&mut serde_json::Value) = |_| {};
    for config in [as_it_comes, code_flow] {
        scenario(Setup { config, ..Setup::default() }, async |context| {
            let TestContext { servers, page, .. } = context;
            let phone = phone(context).await?;
            log_in(context, ADA).await?;
            let rule = servers
                .api()
                .when(|request| is_transfer(request) && !has_second_factor(request))
                .answer(|| demand(&format!("acr_values=\"{MULTI_FACTOR}\", max_age=\"300\"")));
            let number = ask_for_step_up(page, RENT).await?;
            phone.choose(&number).await?;
            page.status().reads("Transfer sent").await?;
            rule.lift();
            let asked = servers.tenant.requests("/authorize");
            assert_eq!(asked.len(), 2, "one redirect");
            assert_eq!(asked[1].parameter("acr_values"), MULTI_FACTOR);
            assert_eq!(asked[1].parameter("max_age"), "300");
            assert_eq!(asked[1].parameter("scope"), "openid view:balance transfer:funds");
            assert_eq!(servers.statuses("POST", "/transfer"), [Some(401), Some(201)]);
            rent_was_paid_once(context).await
        });
    }
}

/// Proves: api-authentication-challenge
#[test]
fn demand_that_the_provider_cannot_meet_is_reported() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let rule = servers.api().when(is_transfer).answer(|| demand("acr_values=\"gold\""));
        let number = ask_for_step_up(page, RENT).await?;
        phone.choose(&number).await?;
        page.alert().reads("No money was moved").await?;
        assert_eq!(code(page).await?, "id_token.not_strong_enough");
        assert_eq!(
            servers.api().matching(is_transfer).len(),
            1,
            "nothing is sent with less than was asked for"
        );
        rule.lift();
        nothing_was_moved(context).await
    });
}

fn has_second_factor(request: &Exchange) -> bool {
    request.token.as_ref().is_some_and(|token| token.claims()["amr"].is_array())
}

/// RFC 9470, section 3.
fn demand(parameters: &str) -> axum::response::Response {
    let challenge = format!("Bearer error=\"insufficient_user_authentication\", {parameters}");
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], "{}").into_response()
}
