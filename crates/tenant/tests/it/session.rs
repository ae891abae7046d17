//! Single sign-on: when the password is asked for again, and what the cookie is worth.

use crate::harness::{ADA, BALANCE, BEN, PASSWORD, START, World, authorize, authorize_with};

const COOKIE: &str = "riser_tenant_session";

#[tokio::test]
async fn session_skips_password_and_keeps_auth_time() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    world.clock.advance(100);
    let fragment = browser.get(&authorize(BALANCE)).await.fragment();
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!((&id["auth_time"], &id["iat"]), (&START.into(), &(START + 100).into()));
}

#[tokio::test]
async fn every_response_has_own_tokens() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let token = browser.get(&authorize(BALANCE)).await.fragment()["access_token"].clone();
        let claims = world.verified(&token, crate::harness::AUDIENCE).await;
        assert!(seen.insert(claims["jti"].as_str().unwrap().to_owned()));
    }
}

#[tokio::test]
async fn prompt_login_and_max_age_ask_again() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    world.clock.advance(100);
    for changes in [("prompt", "login"), ("max_age", "99"), ("max_age", "0")] {
        let page = browser.follow(&authorize_with(&[changes])).await;
        let fragment = browser.log_in(&page, ADA, PASSWORD).await.fragment();
        let id = world.verified(&fragment["id_token"], "riser").await;
        assert!(id["auth_time"].as_u64().unwrap() >= START + 100, "{changes:?}: {id}");
        world.clock.advance(100);
    }
    let recent = browser.get(&authorize_with(&[("max_age", "100")])).await;
    assert!(recent.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn expires_after_twelve_hours() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    world.clock.advance(12 * 3_600);
    assert!(browser.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>"));
}

/// Proves: tenant-session-fixation
#[tokio::test]
async fn planted_cookie_is_worthless() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.cookies.insert(COOKIE.to_owned(), ("planted".to_owned(), "/".to_owned()));
    let page = browser.follow(&authorize(BALANCE)).await;
    browser.log_in(&page, ADA, PASSWORD).await.fragment();
    assert_ne!(browser.cookies[COOKIE].0, "planted");

    let mut attacker = world.browser();
    attacker.cookies.insert(COOKIE.to_owned(), ("planted".to_owned(), "/".to_owned()));
    assert!(attacker.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>"));
}

#[tokio::test]
async fn log_in_replaces_cookie_and_keeps_sid_of_same_customer() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let sid = |token: String| {
        let world = &world;
        async move { world.verified(&token, "riser").await["sid"].as_str().unwrap().to_owned() }
    };
    let first = sid(browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone()).await;
    let old = browser.clone();
    let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
    let second = sid(browser.log_in(&page, ADA, PASSWORD).await.fragment()["id_token"].clone()).await;
    assert_eq!(first, second);
    assert!(
        old.clone().follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>"),
        "the old cookie is over"
    );
    let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
    let third = sid(browser.log_in(&page, BEN, PASSWORD).await.fragment()["id_token"].clone()).await;
    assert_ne!(first, third);
}

/// Proves: tenant-session-fixation
#[tokio::test]
async fn cookies_are_secure_on_https() {
    let mut config = crate::harness::config();
    config.issuer = "https://login.example/".to_owned();
    let mut browser = World::with(config).await.browser();
    let answer = browser.get(&authorize(BALANCE)).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"), "{answer:?}");
    let answer = World::new().await.browser().get(&authorize(BALANCE)).await;
    assert!(!answer.header("set-cookie").contains("Secure"), "{answer:?}");
}

/// As long as the log-in page, the second factor and the time to tell the client that both are over.
#[tokio::test]
async fn request_cookie_outlives_request() {
    let answer = World::new().await.browser().get(&authorize(BALANCE)).await;
    assert!(answer.header("set-cookie").ends_with(&format!("; Max-Age={}", 2 * 1_800 + 600)), "{answer:?}");
}
