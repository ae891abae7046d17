//! `/userinfo`.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tenant::KeyStore;

use crate::harness::{ADA, Answer, BALANCE, PASSWORD, World, authorize, authorize_with, config, encode};

async fn ask(world: &World, method: Method, authorization: &str) -> Answer {
    let mut browser = world.browser();
    if !authorization.is_empty() {
        browser.headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
    }
    browser.send(method, "/userinfo", Body::empty()).await
}

#[tokio::test]
async fn claims_follow_granted_scopes() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let cases = [
        (BALANCE, json!({"sub": "auth0|1001"})),
        ("openid profile", json!({"sub": "auth0|1001", "name": "Ada Example"})),
        ("openid email", json!({"sub": "auth0|1001", "email": ADA, "email_verified": true})),
    ];
    for (scope, claims) in cases {
        let token = browser.get(&authorize(scope)).await.fragment()["access_token"].clone();
        for (method, scheme) in [(Method::GET, "Bearer"), (Method::POST, "bearer")] {
            let answer = ask(&world, method, &format!("{scheme} {token}")).await;
            assert_eq!(answer.json::<Value>(), claims);
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test]
async fn missing_token_has_no_error_code() {
    let answer = ask(&World::new().await, Method::GET, "").await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    assert_eq!(answer.header("access-control-expose-headers"), "WWW-Authenticate");
}

#[tokio::test]
async fn other_tokens_are_refused() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize(BALANCE)).await.fragment();
    let good = fragment["access_token"].clone();
    let foreign_key = {
        let mut config = config();
        config.keys = KeyStore::Memory;
        let other = World::with(config).await;
        let mut browser = other.logged_in(ADA).await;
        browser.get(&authorize(BALANCE)).await.fragment()["access_token"].clone()
    };
    let (head, signature) = good.rsplit_once('.').unwrap();
    let bad = [
        ("an ID token", fragment["id_token"].clone()),
        ("another key's", foreign_key),
        ("no signature", format!("{head}.")),
        ("an altered one", format!("{}x.{signature}", &head[..head.len() - 1])),
        ("no token", "x".to_owned()),
    ];
    for (what, token) in bad {
        let answer = ask(&world, Method::GET, &format!("Bearer {token}")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""), "{what}");
    }
    assert_eq!(ask(&world, Method::GET, &format!("Bearer {good}")).await.status, StatusCode::OK);
    world.clock.advance(7_200);
    assert_eq!(ask(&world, Method::GET, &format!("Bearer {good}")).await.status, StatusCode::UNAUTHORIZED);
}

/// RFC 6750, 2.2 and 2: in one way only.
#[tokio::test]
async fn token_may_be_posted_once() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let token = browser.get(&authorize(BALANCE)).await.fragment()["access_token"].clone();
    let form = [("access_token", token.as_str())];
    let answer = world.browser().post("/userinfo", &form).await;
    assert_eq!(answer.json::<Value>(), json!({"sub": "auth0|1001"}));

    let mut both = world.browser();
    both.headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    let twice = [("access_token", token.as_str()), ("access_token", token.as_str())];
    for refused in [both.post("/userinfo", &form).await, world.browser().post("/userinfo", &twice).await] {
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.header("www-authenticate").starts_with("Bearer error=\"invalid_request\""));
    }
    // An address is written into logs.
    let queried = world.browser().get(&format!("/userinfo?access_token={token}")).await;
    assert_eq!((queried.status, queried.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
}

#[tokio::test]
async fn preflight_is_answered() {
    let mut browser = World::new().await.browser();
    let answer = browser.send(Method::OPTIONS, "/userinfo", Body::empty()).await;
    assert!(answer.header("access-control-allow-headers").starts_with("Authorization"));
}

/// A tenant that was given another issuer keeps its keys, and two may share them: a signature alone says too little.
#[tokio::test]
async fn token_of_other_issuer_is_refused() {
    let mut moved = config();
    moved.issuer = "http://localhost:8091/".to_owned();
    let elsewhere = World::with(moved).await;
    let mut tab = elsewhere.browser();
    let page = tab.follow(&authorize(BALANCE)).await;
    let location = tab.log_in(&page, ADA, PASSWORD).await.location();
    let carried = form_urlencoded::parse(location.split_once('#').unwrap().1.as_bytes());
    let carried: BTreeMap<String, String> = carried.into_owned().collect();

    let world = World::new().await;
    let token = &carried["access_token"];
    assert_eq!(ask(&elsewhere, Method::GET, &format!("Bearer {token}")).await.status, StatusCode::OK);
    assert_eq!(ask(&world, Method::GET, &format!("Bearer {token}")).await.status, StatusCode::UNAUTHORIZED);

    let hint = [("id_token_hint", carried["id_token"].as_str()), ("prompt", "none")];
    let mut tab = world.logged_in(ADA).await;
    assert_eq!(tab.get(&authorize_with(&hint)).await.refusal().0, "invalid_request");
    let query = encode([hint[0], ("post_logout_redirect_uri", "http://localhost:8080/")]);
    let stays = tab.get(&format!("/oidc/logout?{query}")).await;
    assert_eq!(stays.status, StatusCode::OK, "nobody is sent on: {stays:?}");
}
