//! `oidcc-rp-initiated-logout-certification-test-plan`: who is sent where after a log-out, and that it is one.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tenant::KeyStore;

use super::VARIANTS;
use crate::harness::{ADA, Answer, BALANCE, Browser, World, authorize, config, encode};

const HOME: &str = "http://localhost:8080/";

/// Logs in, and out with what a module sends: `hint` stands for the ID token.
async fn logs_out(parameters: &[(&str, &str)]) -> (Browser, Answer) {
    let mut browser = World::new().await.logged_in(ADA).await;
    let hint = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    let pairs = parameters.iter().map(|(name, value)| (*name, if *value == "hint" { &hint } else { *value }));
    let answer = browser.get(&format!("/oidc/logout?{}", encode(pairs))).await;
    (browser, answer)
}

async fn is_logged_out(browser: &mut Browser) {
    assert_eq!(VARIANTS[1].fails(browser, &[("prompt", "none")]).await, "login_required");
}

/// The customer is asked before anything ends; then the same.
async fn asks_and_ends_on_a_page(parameters: &[(&str, &str)]) {
    let (mut browser, page) = logs_out(parameters).await;
    assert!(page.body.contains("<h1>Log out?</h1>"), "{page:?}");
    assert!(browser.get(&authorize(BALANCE)).await.fragment().contains_key("id_token"), "nothing has ended");
    let answer = browser.answers_log_out(&page, &[]).await;
    is_on_a_page(&mut browser, &answer).await;
}

/// A page of the tenant, and nobody is sent anywhere.
async fn ends_on_a_page(parameters: &[(&str, &str)]) {
    let (mut browser, answer) = logs_out(parameters).await;
    is_on_a_page(&mut browser, &answer).await;
}

async fn is_on_a_page(browser: &mut Browser, answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(answer.body.contains("<h1>You are logged out</h1>"), "{answer:?}");
    is_logged_out(browser).await;
}

/// Proves: oidcc-rp-initiated-logout-discovery-endpoint-verification
#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let document: Value = World::new().await.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["end_session_endpoint"], "http://localhost:8090/oidc/logout");
}

/// Proves: oidcc-rp-initiated-logout
#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let request = [("id_token_hint", "hint"), ("post_logout_redirect_uri", HOME), ("state", "after")];
    let (mut browser, answer) = logs_out(&request).await;
    assert_eq!(answer.location(), format!("{HOME}?state=after"));
    is_logged_out(&mut browser).await;
}

/// Proves: oidcc-rp-initiated-logout-no-state
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let (mut browser, answer) =
        logs_out(&[("id_token_hint", "hint"), ("post_logout_redirect_uri", HOME)]).await;
    assert_eq!(answer.location(), HOME);
    is_logged_out(&mut browser).await;
}

/// Proves: oidcc-rp-initiated-logout-bad-post-logout-redirect-uri
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    ends_on_a_page(&[("id_token_hint", "hint"), ("post_logout_redirect_uri", "https://evil.example/")]).await;
}

/// Proves: oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let added = format!("{HOME}?foo=bar");
    ends_on_a_page(&[("id_token_hint", "hint"), ("post_logout_redirect_uri", &added)]).await;
}

/// The ID token with `alg: none` and no signature.
/// Proves: oidcc-rp-initiated-logout-modified-id-token-hint
#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let token = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    let claims = token.split('.').nth(1).unwrap();
    let unsigned = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#));
    asks_and_ends_on_a_page(&[("id_token_hint", &unsigned), ("post_logout_redirect_uri", HOME)]).await;
}

/// An ID token that somebody else signed.
/// Proves: oidcc-rp-initiated-logout-bad-id-token-hint
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let mut elsewhere = config();
    elsewhere.keys = KeyStore::Memory;
    let mut browser = World::with(elsewhere).await.logged_in(ADA).await;
    let theirs = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    asks_and_ends_on_a_page(&[("id_token_hint", &theirs), ("post_logout_redirect_uri", HOME)]).await;
}

/// Proves: oidcc-rp-initiated-logout-no-id-token-hint
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    asks_and_ends_on_a_page(&[("post_logout_redirect_uri", HOME), ("state", "after")]).await;
}

/// Proves: oidcc-rp-initiated-logout-no-params
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    asks_and_ends_on_a_page(&[]).await;
}

/// Proves: oidcc-rp-initiated-logout-no-post-logout-redirect-uri
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    ends_on_a_page(&[("id_token_hint", "hint"), ("state", "after")]).await;
}

/// Proves: oidcc-rp-initiated-logout-only-state
#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    asks_and_ends_on_a_page(&[("state", "after")]).await;
}
