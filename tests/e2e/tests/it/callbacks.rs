//! Answers that are not the provider's answer to this page's request: no session, no request to the bank, a sentence.

use crate::steps::{WELCOME, leave_to_log_in, sees_balance};
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use e2e::{
    Failure, Miss, Page, Stage, eventually,
    people::{ADA, BEN, PASSWORD, Person, enter_password},
    scenario,
    world::Setup,
};

/// Logs in, and catches the fragment of the provider's genuine answer on its way to the page.
async fn genuine_answer(stage: &Stage, person: Person) -> Result<String, Miss> {
    let page = &stage.page;
    leave_to_log_in(stage).await?;
    // The page is kept from running, so that nothing cleans the address.
    let blank = || (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "held").into_response();
    let rule = stage.world.app.when(|request| request.path == "/callback").answer(blank);
    enter_password(page, person.email, PASSWORD).await?;
    let fragment = eventually("the provider's answer", async || {
        let address = page.address().await?;
        match address.split_once('#') {
            Some((start, fragment)) if start.ends_with("/callback") => Ok(fragment.to_owned()),
            _ => Err(Miss::new(format!("the address is {address}"))),
        }
    })
    .await?;
    rule.lift();
    Ok(fragment)
}

/// No session, no request to the bank, a sentence, and a way on that works.
async fn refused_callback(stage: &Stage, page: &Page, fragment: &str) -> Result<(), Failure> {
    refused_answer(stage, page, &format!("#{fragment}")).await
}

/// The same for an answer that follows the path in any way.
async fn refused_answer(stage: &Stage, page: &Page, answer: &str) -> Result<(), Failure> {
    let asked = stage.world.api().those(|request| request.token.is_some()).len();
    // From elsewhere: a change of the fragment alone would not load the page.
    page.open("about:blank").await?;
    page.open(&stage.world.app.at(&format!("/callback{answer}"))).await?;
    page.alert().text().await?;
    page.button("Log in").appears().await?;
    let address = page.address().await?;
    assert!(!address.contains("token") && !address.contains("state="), "{address}");
    let kept = page.session_storage().await?;
    assert!(!kept.contains("eyJ"), "no token is kept");
    assert_eq!(
        asked,
        stage.world.api().those(|request| request.token.is_some()).len(),
        "the bank is not asked"
    );
    Ok(())
}

/// Proves: response-needs-record, threat-login-csrf
#[test]
fn a_foreign_state_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, BEN).await?;
        // Ben's genuine answer, given to a browser window that did not ask for it: log-in CSRF.
        let victim = stage.browser.new_window().await?;
        refused_callback(stage, &victim, &fragment).await?;
        victim.button("Log in").click().await?;
        sees_balance(&victim, BEN.opening).await?;
        Ok(())
    });
}

/// Proves: response-tokens-in-query
#[test]
fn an_answer_in_the_query_opens_no_session_and_is_cleaned_away() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, ADA).await?;
        // It is the answer to this very tab's request; but a query is in the log of every server that it passes.
        refused_answer(stage, &stage.page, &format!("?{fragment}")).await
    });
}

/// Proves: response-needs-record
#[test]
fn an_absent_state_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, ADA).await?;
        let parts: Vec<&str> = fragment.split('&').filter(|part| !part.starts_with("state=")).collect();
        refused_callback(stage, &stage.page, &parts.join("&")).await
    });
}

/// Proves: response-needs-record
#[test]
fn a_made_up_state_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, ADA).await?;
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
        refused_callback(stage, &stage.page, &made_up.join("&")).await
    });
}

/// Proves: response-needs-record, threat-fragment-replay
#[test]
fn an_answer_counts_once() {
    scenario(Setup::default(), async |stage| {
        let Stage { world, page, .. } = stage;
        let fragment = genuine_answer(stage, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.button("Log out").click().await?;
        page.heading(WELCOME).appears().await?;
        world.tenant.awaits("the log-out", |request| request.path.ends_with("/logout")).await?;
        page.arrives_at(&world.app.at("/")).await?;
        refused_callback(stage, page, &fragment).await
    });
}

/// Proves: id-token-at-hash, threat-token-swap
#[test]
fn a_swapped_access_token_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let ada = genuine_answer(stage, ADA).await?;
        // Ben's token, genuine too, from a log-in in the same browser.
        stage.page.open(&stage.world.tenant.at("/v2/logout")).await?;
        let ben = genuine_answer(stage, BEN).await?;
        let token = |fragment: &str| {
            fragment.split('&').find(|part| part.starts_with("access_token=")).unwrap_or_default().to_owned()
        };
        let swapped = ada.replace(&token(&ada), &token(&ben));
        assert_ne!(swapped, ada);
        refused_callback(stage, &stage.page, &swapped).await
    });
}
