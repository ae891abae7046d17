//! Both log-out endpoints.

use axum::http::StatusCode;

use crate::harness::{ADA, BALANCE, Browser, World, authorize, encode};

const HOME: &str = "http://localhost:8080/";

async fn is_logged_out(browser: &mut Browser) -> bool {
    browser.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>")
}

#[tokio::test]
async fn auth0s_log_out_ends_the_session_and_goes_to_a_registered_address() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let stolen = browser.clone();
    let answer =
        browser.get(&format!("/v2/logout?{}", encode([("client_id", "riser"), ("returnTo", HOME)]))).await;
    assert_eq!(answer.location(), HOME);
    assert!(!browser.cookies.contains_key("riser_tenant_session"));
    assert!(is_logged_out(&mut browser).await);
    assert!(is_logged_out(&mut stolen.clone()).await, "the session is over on the server's side too");
}

#[tokio::test]
async fn other_addresses_are_not_gone_to_but_the_session_is_over() {
    let world = World::new().await;
    let others = [
        "http://localhost:8080",
        "http://localhost:8080/x",
        "http://localhost:8080/?x",
        "https://evil.example/",
        "http://localhost:8080/callback",
        "",
    ];
    for uri in others {
        let queries = [
            format!("/v2/logout?{}", encode([("client_id", "riser"), ("returnTo", uri)])),
            format!("/oidc/logout?{}", encode([("client_id", "riser"), ("post_logout_redirect_uri", uri)])),
        ];
        for query in queries {
            let mut browser = world.logged_in(ADA).await;
            let answer = browser.get(&query).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
            assert!(answer.body.contains("<h1>You are logged out</h1>"));
            assert!(is_logged_out(&mut browser).await);
        }
    }
    // A registered address, but nobody says for whom.
    let query = format!("/v2/logout?{}", encode([("returnTo", HOME)]));
    assert_eq!(world.browser().get(&query).await.status, StatusCode::OK);
}

#[tokio::test]
async fn openid_log_out_echoes_the_state() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let query = encode([("client_id", "riser"), ("post_logout_redirect_uri", HOME), ("state", "a&b")]);
    let answer = browser.get(&format!("/oidc/logout?{query}")).await;
    assert_eq!(answer.location(), format!("{HOME}?state=a%26b"));
    assert!(is_logged_out(&mut browser).await);
}

#[tokio::test]
async fn an_id_token_says_who_asks_also_when_it_has_expired() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize(BALANCE)).await.fragment();
    world.clock.advance(40_000);
    let hint = fragment["id_token"].as_str();
    let go = |pairs: Vec<(&'static str, String)>| {
        let query = encode(pairs.iter().map(|(name, value)| (*name, value.as_str())));
        format!("/oidc/logout?{query}")
    };
    let uri = ("post_logout_redirect_uri", HOME.to_owned());
    let good = go(vec![("id_token_hint", hint.to_owned()), uri.clone()]);
    assert_eq!(world.browser().get(&good).await.location(), HOME);
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let bad = [
        vec![("id_token_hint", hint.to_owned()), ("client_id", "other".to_owned()), uri.clone()],
        vec![("id_token_hint", forged), ("client_id", "riser".to_owned()), uri.clone()],
        vec![("id_token_hint", fragment["access_token"].clone()), uri.clone()],
    ];
    for pairs in bad {
        assert_eq!(world.browser().get(&go(pairs)).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_posted_log_out_is_the_same_log_out() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let form = [("client_id", "riser"), ("post_logout_redirect_uri", HOME)];
    let answer = browser.post("/oidc/logout", &form).await;
    assert_eq!(browser.get(&answer.location()).await.location(), HOME);
    assert!(is_logged_out(&mut browser).await);
}
