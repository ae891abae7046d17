//! auth0-spa-js: the code flow.

use super::{log_in, transfer};
use e2e::{
    TestError,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    sdks::{Visit, Wish, visit},
    server::{Exchange, TestServer},
};
use serde_json::json;

/// Proves: sdk-auth0-spa-js
#[test]
fn logs_in_with_a_code_and_returns_silently() {
    visit(Wish::default(), async |visit| {
        let Visit { page, .. } = visit;
        let ada = Visit::ada();
        visit.open("auth0-spa-js").await?;
        page.status().reads("checkSession: nobody").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {ada}")).await?;
        assert_eq!(page.address().await?, visit.pages.at("/auth0-spa-js/"), "the code is used and gone");

        // The library keeps nothing across page loads: who is there comes from the tenant, in a hidden frame.
        page.reload().await?;
        page.status().reads(&format!("checkSession: {ada}")).await?;
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: openid profile email view:balance").await?;
        page.button("Ask for a transfer silently").click().await?;
        page.status().reads("getTokenSilently: login_required: Multifactor authentication required").await?;
        transfer(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {ada} may transfer")).await?;

        let (silently, aloud) = ("web_message", "query");
        assert_eq!(visit.asked("response_mode"), [aloud, silently, silently, silently, aloud]);
        assert!(visit.asked("response_type").iter().all(|kind| kind == "code"));
        assert!(visit.asked("code_challenge_method").iter().all(|method| method == "S256"));
        let exchanges = visit.tenant.requests("/oauth/token");
        assert_eq!(exchanges.len(), 4, "the refused request had no code: {exchanges:?}");
        assert!(exchanges.iter().all(|exchange| exchange.was_handled_with(200)), "{exchanges:?}");

        page.button("Log out").click().await?;
        page.status().reads("checkSession: nobody").await?;
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: login_required").await?;
        Ok(())
    });
}

/// Proves: sdk-auth0-spa-js
#[test]
fn may_exchange_its_code_in_json() {
    visit(Wish { json: true, ..Wish::default() }, async |visit| {
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        visit.page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        let exchange = visit.tenant.requests("/oauth/token").remove(0);
        let body = exchange.body.unwrap_or_default();
        assert_eq!(body["grant_type"], "authorization_code", "it was JSON");
        Ok(())
    });
}

/// Proves: sdk-auth0-spa-js
#[test]
fn logs_in_by_popup() {
    visit(Wish::default(), async |visit| {
        let Visit { page, browser, .. } = visit;
        visit.open("auth0-spa-js").await?;
        page.button("Log in by a window").click().await?;
        let window = browser.page_besides(std::slice::from_ref(page)).await?;
        window.heading("Log in").appears().await?;
        enter_password(&window, ADA.email, PASSWORD).await?;
        page.status().reads(&format!("loginWithPopup: {}", Visit::ada())).await?;
        assert_eq!(visit.asked("response_mode"), ["web_message"]);
        Ok(())
    });
}

/// What the library looks for is the error and its description, letter by letter.
/// Proves: sdk-auth0-spa-js-step-up
#[test]
fn steps_up_by_popup_when_a_silent_request_needs_a_second_factor() {
    visit(Wish { popup: true, ..Wish::default() }, async |visit| {
        let Visit { page, browser, .. } = visit;
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        let phone = visit.phone(ADA).await?;
        page.button("Ask for a transfer silently").click().await?;
        let window = browser.page_besides(&[page.clone(), phone.page().clone()]).await?;
        phone.choose(&number_on(&window).await?).await?;
        let all = "openid profile email view:balance transfer:funds";
        page.status().reads(&format!("getTokenSilently: {all}")).await?;
        let claims = page.evaluate("JSON.parse(atob(window.accessToken.split('.')[1]))").await?;
        assert_eq!(claims["scope"], all);
        assert_eq!(visit.asked("prompt"), ["", "none", ""]);
        assert_eq!(visit.asked("response_mode"), ["query", "web_message", "web_message"]);
        // Nobody has been logged out meanwhile.
        page.button("Get a token silently").click().await?;
        let exchanged =
            |request: &Exchange| request.is("POST", "/oauth/token") && request.was_handled_with(200);
        visit.tenant.wait_for_many("an exchange for the last one", 3, exchanged).await?;
        Ok(())
    });
}

/// A member of the JSON that the library sent.
fn sent(request: &Exchange, name: &str) -> String {
    let body = request.body.as_ref().and_then(|body| body[name].as_str());
    body.unwrap_or_default().to_owned()
}

/// What the tenant says to whoever else sends the refresh token.
async fn status_of(tenant: &TestServer, token: &str) -> Result<u16, TestError> {
    let body = json!({ "grant_type": "refresh_token", "client_id": "auth0-spa-js", "refresh_token": token });
    let answer = reqwest::Client::new().post(tenant.at("/oauth/token")).json(&body).send().await?;
    Ok(answer.status().as_u16())
}

/// The page's cookies are of no use to it, and no frame is opened.
/// Proves: sdk-refresh-tokens
#[test]
fn renews_its_tokens_with_a_refresh_token_that_rotates() {
    visit(Wish { json: true, refresh: true, ..Wish::default() }, async |visit| {
        let Visit { page, tenant, .. } = visit;
        let all = "openid profile email view:balance offline_access";
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        assert_eq!(visit.asked("scope"), [all]);
        let mut tokens = Vec::new();
        for exchanges in [2, 3] {
            page.button("Get a token silently").click().await?;
            let exchanged =
                |request: &Exchange| request.is("POST", "/oauth/token") && request.was_handled_with(200);
            tenant.wait_for_many("an exchange", exchanges, exchanged).await?;
            page.status().reads(&format!("getTokenSilently: {all}")).await?;
            tokens.push(sent(&tenant.requests("/oauth/token").remove(exchanges - 1), "refresh_token"));
        }
        assert!(tokens[0] != tokens[1] && tokens.iter().all(|token| !token.is_empty()), "they rotate");
        assert_eq!(visit.asked("prompt"), [""], "nobody was asked at the authorization endpoint");

        // The first of them was used: who sends it has taken it, and then the customer's own ends too.
        assert_eq!(status_of(tenant, &tokens[0]).await?, 400);
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: invalid_grant: Unknown or invalid refresh token.").await?;
        let log = reqwest::get(tenant.at("/log.json")).await?.text().await?;
        assert!(log.contains("one of the same log-in was used twice"), "{log}");
        Ok(())
    });
}

/// Proves: sdk-refresh-tokens, token-revocation
#[test]
fn gives_its_refresh_token_back() {
    visit(Wish { json: true, refresh: true, ..Wish::default() }, async |visit| {
        let Visit { page, tenant, .. } = visit;
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        page.button("Give the refresh token back").click().await?;
        page.status().reads("revokeRefreshToken: done").await?;
        let revocation = tenant.requests("/oauth/revoke").remove(0);
        assert!(revocation.was_handled_with(200), "{revocation:?}");
        let token = sent(&revocation, "token");
        assert!(!token.is_empty());
        assert_eq!(status_of(tenant, &token).await?, 400);
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: missing_refresh_token").await?;
        Ok(())
    });
}
