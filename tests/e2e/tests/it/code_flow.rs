//! The authorization code flow, where it differs from the implicit one: what is in the address, what a code is worth. The
//! workflow itself is in `workflow`, for both.

use crate::steps::{
    RENT, ask_for_step_up, at_the_provider, code, code_flow, leave_to_log_in, log_in, nothing_was_moved,
    phone, rent_was_paid_once, sees_balance,
};
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use e2e::{
    TestContext, TestError, eventually,
    people::{ADA, BEN, PASSWORD, Person},
    provider_pages::enter_password,
    scenario,
    servers::Setup,
};

fn setup() -> Setup {
    Setup { config: code_flow, ..Setup::default() }
}

/// Logs in, and catches the fragment of the provider's genuine answer on its way to the page.
async fn genuine_answer(context: &TestContext, person: Person) -> Result<String, TestError> {
    let page = &context.page;
    leave_to_log_in(context).await?;
    let blank = || (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "held").into_response();
    let rule = context.servers.app.when(|request| request.path == "/callback").answer(blank);
    enter_password(page, person.email, PASSWORD).await?;
    let fragment = eventually("the provider's answer", async || {
        let address = page.address().await?;
        address
            .split_once("/callback#")
            .map(|(_, fragment)| fragment.to_owned())
            .ok_or_else(|| TestError::transient(address))
    })
    .await?;
    rule.lift();
    Ok(fragment)
}

/// Proves: address-cleaned
#[test]
fn address_has_a_code_and_never_a_token() {
    scenario(setup(), async |context| {
        let fragment = genuine_answer(context, ADA).await?;
        let mut names: Vec<&str> = fragment.split('&').filter_map(|part| part.split('=').next()).collect();
        names.sort_unstable();
        assert_eq!(names, ["code", "iss", "state"]);
        context.page.reload().await?;
        sees_balance(&context.page, ADA.opening).await?;
        let kept = context.page.session_storage().await?;
        let code = fragment.split('&').find_map(|part| part.strip_prefix("code=")).unwrap_or_default();
        assert!(!kept.contains(code) && !kept.contains("verifier"), "both are used up");
        let history = context.page.history().await?.join("\n");
        assert!(!history.contains("code="), "{history}");
        Ok(())
    });
}

/// Proves: code-single-use
#[test]
fn used_code_opens_no_session() {
    scenario(setup(), async |context| {
        let TestContext { servers, page, .. } = context;
        let fragment = genuine_answer(context, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        let asked = servers.api().matching(|request| request.token.is_some()).len();
        let exchanged = servers.tenant.requests("/oauth/token").len();
        let other = context.browser.new_window().await?;
        other.open(&servers.app.at(&format!("/callback#{fragment}"))).await?;
        other.alert().text().await?;
        assert_eq!(code(&other).await?, "callback.state_unknown");
        assert_eq!(servers.tenant.requests("/oauth/token").len(), exchanged, "it is not even sent");
        assert_eq!(servers.api().matching(|request| request.token.is_some()).len(), asked);
        Ok(())
    });
}

/// Proves: code-single-use
#[test]
fn code_of_another_customer_opens_no_session() {
    scenario(setup(), async |context| {
        let servers = &context.servers;
        let stolen = genuine_answer(context, BEN).await?;
        let part = |fragment: &str, name: &str| {
            fragment.split('&').find(|part| part.starts_with(name)).unwrap_or_default().to_owned()
        };
        // Ben's code, unused, in the answer to a request of Ada's browser.
        let ada = context.browser.new_window().await?;
        ada.open(&servers.tenant.at("/v2/logout")).await?;
        ada.open(&servers.app.at("/")).await?;
        ada.button("Log in").click().await?;
        ada.heading("Log in").appears().await?;
        let asked = servers.tenant.requests("/authorize");
        let state = asked.last().map(|request| request.parameter("state")).unwrap_or_default();
        let injected = stolen.replace(&part(&stolen, "state="), &format!("state={state}"));
        ada.open(&servers.app.at(&format!("/callback#{injected}"))).await?;
        ada.alert().text().await?;
        assert_eq!(code(&ada).await?, "provider.invalid_grant");
        assert_eq!(servers.tenant.requests("/oauth/token").len(), 1);
        assert!(
            servers.api().matching(|request| request.token.is_some()).is_empty(),
            "the bank is not asked"
        );
        assert!(!ada.session_storage().await?.contains("eyJ"));
        Ok(())
    });
}

#[test]
fn denied_push_moves_nothing() {
    scenario(setup(), async |context| {
        let (phone, _) = at_the_provider(context).await?;
        phone.deny().await?;
        context.page.alert().reads("No money was moved").await?;
        assert_eq!(code(&context.page).await?, "provider.access_denied");
        nothing_was_moved(context).await
    });
}

/// Proves: transfer-as-confirmed
#[test]
fn edited_order_is_not_sent() {
    scenario(setup(), async |context| crate::storage::edit_the_order(context, "1250", "9250").await);
}

/// Proves: token-endpoint-silent
#[test]
fn silent_token_endpoint_loses_nothing() {
    scenario(setup(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let number = ask_for_step_up(page, RENT).await?;
        let rule = servers.tenant.when(|request| request.path == "/oauth/token").cut();
        phone.choose(&number).await?;
        page.alert().reads("No money was moved").await?;
        assert_eq!(code(page).await?, "provider.unreachable");
        rule.lift();
        page.button("Change the transfer").click().await?;
        page.field("Reference").holds(RENT.reference).await?;
        page.button("Transfer").click().await?;
        crate::steps::confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(context).await
    });
}
