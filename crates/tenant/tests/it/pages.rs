//! What every page has in common: headers, landmarks, names.

use axum::http::StatusCode;

use crate::authenticator::Authenticator;
use crate::harness::{ADA, Answer, BALANCE, BEN, PASSWORD, World, authorize, authorize_with};

/// One of each page.
async fn every_page(world: &World) -> Vec<Answer> {
    let mut phone = world.phone(ADA).await;
    let mut tab = world.browser();
    let log_in = tab.follow(&authorize(BALANCE)).await;
    let wrong = tab.log_in(&log_in, ADA, "wrong").await;
    tab.log_in(&log_in, ADA, PASSWORD).await;
    let finished = tab.get(&format!("/u/login?state={}", log_in.input("state"))).await;
    let mfa = tab.step_up().await;
    let asked = phone.get("/phone").await;
    let denied = phone.deny().await;
    let earlier = denied.body.split("href=\"/phone/requests/").nth(1).unwrap().split('"').next().unwrap();
    let earlier = phone.get(&format!("/phone/requests/{earlier}")).await;
    let mut stranger = world.browser();
    // Another customer sets up an app, and confirms by each of the codes.
    let mut bens = world.logged_in(BEN).await;
    let push = bens.step_up().await;
    let ways = bens.get(&format!("/u/mfa/ways?state={}", push.input("state"))).await;
    let first_app = bens.take_way(&push, "first-app").await;
    let app = Authenticator::with(&first_app.texts("id=\"key\"")[0]);
    let wrong_app = bens.enter(&first_app, "").await;
    let answer = bens.enter(&first_app, &app.code(world)).await;
    let codes = bens.follow(&answer.location()).await;
    let methods = bens.get(&format!("/u/methods?state={}", push.input("state"))).await;
    let another_app = bens.act(&methods, "set-up", "").await;
    let otp = bens.asks_for_code().await;
    let wrong_otp = bens.enter(&otp, &app.other_code(world)).await;
    let recovery = bens.take_way(&otp, "recovery-code").await;
    let form_token = stranger.get("/phone").await.input("form_token");
    let form = [("form_token", &*form_token), ("email", BEN), ("password", PASSWORD)];
    let confirm_pairing = stranger.post("/phone/pair", &form).await;
    let mut stranger = world.browser();
    vec![
        earlier,
        ways,
        first_app,
        wrong_app,
        codes,
        methods,
        another_app,
        otp,
        wrong_otp,
        recovery,
        confirm_pairing,
        stranger.get("/phone/offline").await,
        stranger.get("/account/done").await,
        stranger.get("/account/done?error=access_denied").await,
        finished,
        mfa,
        asked,
        denied,
        log_in,
        wrong,
        stranger.get("/phone").await,
        stranger.get("/v2/logout").await,
        stranger.get("/nowhere").await,
        stranger.get(&authorize_with(&[("client_id", "other")])).await,
        stranger.get("/u/login?state=unknown").await,
        stranger.get("/u/mfa?state=unknown").await,
        stranger.post("/phone/pair", &[]).await,
        stranger.follow(&authorize_with(&[("prompt", "consent")])).await,
    ]
}

/// Proves: tenant-framing
#[tokio::test]
async fn every_page_has_strict_headers() {
    for page in every_page(&World::new().await).await {
        assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
        let policy = page.header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|found| found == directive), "{directive}: {page:?}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store", "{page:?}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{page:?}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{page:?}");
        assert!(!page.body.contains("style=") && !page.body.contains("<style"), "{page:?}");
        assert!(!page.body.contains(" onclick") && !page.body.contains("<script>"), "{page:?}");
    }
}

#[tokio::test]
async fn form_action_names_client_only_where_needed() {
    for page in every_page(&World::new().await).await {
        let policy = page.header("content-security-policy");
        let leads_to_client = page.body.contains("action=\"/u/");
        let expected = if leads_to_client { "form-action 'self' http: https:" } else { "form-action 'self'" };
        assert!(policy.split("; ").any(|found| found == expected), "{expected}: {page:?}");
    }
}

#[tokio::test]
async fn every_page_is_accessible() {
    for page in every_page(&World::new().await).await {
        assert!(page.body.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page:?}");
        for part in ["<title>", "<h1>", "<main ", "<header "] {
            assert_eq!(page.body.matches(part).count(), 1, "{part}: {page:?}");
        }
        for field in ["email", "password", "code"] {
            let fields = page.body.matches(&format!("<input id=\"{field}\"")).count();
            assert_eq!(page.body.matches(&format!("<label for=\"{field}\">")).count(), fields);
        }
    }
}

#[tokio::test]
async fn token_responses_are_not_cached() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let answer = browser.get(&authorize(BALANCE)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    for response_mode in ["form_post", "web_message"] {
        let answer = browser.get(&authorize_with(&[("response_mode", response_mode)])).await;
        assert!(answer.body.contains("access_token"), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action "
        ));
        assert!(policy.contains("base-uri 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!answer.body.contains("<script>") && !answer.body.contains("style="), "{answer:?}");
    }
}

#[tokio::test]
async fn assets_have_content_types() {
    let mut browser = World::new().await.browser();
    let style = browser.get("/assets/tenant.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    let script = browser.get("/assets/tenant.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(browser.get("/assets/..%2fCargo.toml").await.status, StatusCode::NOT_FOUND);
}
