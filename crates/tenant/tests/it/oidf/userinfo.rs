//! The three ways to ask the userinfo endpoint.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::{VARIANTS, claims};
use crate::harness::{Answer, Browser, World};

/// Proves: oidcc-userinfo-get
#[tokio::test]
async fn oidcc_userinfo_get() {
    asks(async |browser: &mut Browser, token: &str| {
        browser.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        browser.send(Method::GET, "/userinfo", Body::empty()).await
    })
    .await;
}

/// Proves: oidcc-userinfo-post-header
#[tokio::test]
async fn oidcc_userinfo_post_header() {
    asks(async |browser: &mut Browser, token: &str| {
        browser.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        browser.post("/userinfo", &[]).await
    })
    .await;
}

/// Proves: oidcc-userinfo-post-body
#[tokio::test]
async fn oidcc_userinfo_post_body() {
    asks(async |browser: &mut Browser, token: &str| {
        browser.post("/userinfo", &[("access_token", token)]).await
    })
    .await;
}

/// The answer is about the customer of the ID token.
async fn asks(ask: impl AsyncFn(&mut Browser, &str) -> Answer) {
    for variant in VARIANTS.into_iter().filter(|variant| variant.response_type == "id_token token") {
        let world = World::new().await;
        let answer = variant.logs_in(&mut world.browser(), &[]).await;
        let info = ask(&mut world.browser(), &answer["access_token"]).await;
        assert_eq!((info.status, info.header("content-type")), (StatusCode::OK, "application/json"));
        assert_eq!(info.json::<Value>()["sub"], claims(&world, &answer).await["sub"]);
    }
}
