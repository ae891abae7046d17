//! Answers that are not the provider's answer to this page's request: no session, no request to the bank, a sentence.

use crate::steps::{WELCOME, leave_to_log_in, sees_balance};
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use e2e::{
    Page, TestContext, TestError, TestFailure, eventually,
    people::{ADA, BEN, PASSWORD, Person},
    provider_pages::enter_password,
    scenario,
    servers::Setup,
};

/// Logs in, and catches the fragment of the provider's genuine answer on its way to the page.
async fn genuine_answer(context: &TestContext, person: Person) -> Result<String, TestError> {
    let page = &context.page;
    leave_to_log_in(context).await?;
    // The page is kept from running, so that nothing cleans the address.
    let blank = || (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "held").into_response();
    let rule = context.servers.app.when(|request| request.path == "/callback").answer(blank);
    enter_password(page, person.email, PASSWORD).await?;
    let fragment = eventually("the provider's answer", async || {
        let address = page.address().await?;
        match address.split_once('#') {
            Some((start, fragment)) if start.ends_with("/callback") => Ok(fragment.to_owned()),
            _ => Err(TestError::transient(format!("the address is {address}"))),
        }
    })
    .await?;
    rule.lift();
    Ok(fragment)
}

/// No session, no request to the bank, a sentence, and a way on that works.
async fn refused_callback(context: &TestContext, page: &Page, fragment: &str) -> Result<(), TestFailure> {
    refused_answer(context, page, &format!("#{fragment}")).await
}

/// The same for an answer that follows the path in any way.
async fn refused_answer(context: &TestContext, page: &Page, answer: &str) -> Result<(), TestFailure> {
    let asked = context.servers.api().matching(|request| request.token.is_some()).len();
    // From elsewhere: a change of the fragment alone would not load the page.
    page.open("about:blank").await?;
    page.open(&context.servers.app.at(&format!("/callback{answer}"))).await?;
    page.alert().text().await?;
    page.button("Log in").appears().await?;
    let address = page.address().await?;
    assert!(!address.contains("token") && !address.contains("state="), "{address}");
    let kept = page.session_storage().await?;
    assert!(!kept.contains("eyJ"), "no token is kept");
    assert_eq!(
        asked,
        context.servers.api().matching(|request| request.token.is_some()).len(),
        "the bank is not asked"
    );
    Ok(())
}

/// Proves: response-needs-record, threat-login-csrf
#[test]
fn foreign_state_opens_no_session() {
    scenario(Setup::default(), async |context| {
        let fragment = genuine_answer(context, BEN).await?;
        // Ben's genuine answer, given to a browser window that did not ask for it: log-in CSRF.
        let victim = context.browser.new_window().await?;
        refused_callback(context, &victim, &fragment).await?;
        victim.button("Log in").click().await?;
        sees_balance(&victim, BEN.opening).await?;
        Ok(())
    });
}

/// Proves: response-tokens-in-query
#[test]
fn response_in_the_query_opens_no_session_and_is_removed() {
    scenario(Setup::default(), async |context| {
        let fragment = genuine_answer(context, ADA).await?;
        // It is the answer to this very tab's request; but a query is in the log of every server that it passes.
        refused_answer(context, &context.page, &format!("?{fragment}")).await
    });
}

/// Proves: response-needs-record
#[test]
fn absent_state_opens_no_session() {
    scenario(Setup::default(), async |context| {
        let fragment = genuine_answer(context, ADA).await?;
        let parts: Vec<&str> = fragment.split('&').filter(|part| !part.starts_with("state=")).collect();
        refused_callback(context, &context.page, &parts.join("&")).await
    });
}

/// Proves: response-needs-record
#[test]
fn invented_state_opens_no_session() {
    scenario(Setup::default(), async |context| {
        let fragment = genuine_answer(context, ADA).await?;
        let made_up: Vec<String> = fragment
            .split('&')
            .map(|part| {
                if part.starts_with("state=") {
                    "state=AAAAAAAAAAAAAAAAAAAAAA".to_owned()
                } else {
                    part.into()
                }
            })
            .collect();
        refused_callback(context, &context.page, &made_up.join("&")).await
    });
}

/// Proves: response-needs-record, threat-fragment-replay
#[test]
fn response_counts_once() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let fragment = genuine_answer(context, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.button("Log out").click().await?;
        page.heading(WELCOME).appears().await?;
        servers.tenant.wait_for("the log-out", |request| request.path.ends_with("/logout")).await?;
        page.arrives_at(&servers.app.at("/")).await?;
        refused_callback(context, page, &fragment).await
    });
}

/// Proves: id-token-at-hash, threat-token-swap
#[test]
fn swapped_access_token_opens_no_session() {
    scenario(Setup::default(), async |context| {
        let ada = genuine_answer(context, ADA).await?;
        // Ben's token, genuine too, from a log-in in the same browser.
        context.page.open(&context.servers.tenant.at("/v2/logout")).await?;
        let ben = genuine_answer(context, BEN).await?;
        let token = |fragment: &str| {
            fragment.split('&').find(|part| part.starts_with("access_token=")).unwrap_or_default().to_owned()
        };
        let swapped = ada.replace(&token(&ada), &token(&ben));
        assert_ne!(swapped, ada);
        refused_callback(context, &context.page, &swapped).await
    });
}
