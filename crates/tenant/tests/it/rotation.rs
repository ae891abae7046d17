//! A new signing key, while the tenant runs and tokens of the old one are about.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tenant::{Database, KeyError, KeyStore, rotate};

use crate::harness::{
    ADA, Answer, BALANCE, Browser, START, World, authorize, authorize_with, config, encode,
};

/// That of an ID token, the longest.
const LIFETIME: u64 = 36_000;

async fn world(folder: &Path) -> World {
    let mut config = config();
    config.keys = KeyStore::Folder(folder.to_owned());
    config.database = Database::Memory;
    World::with(config).await
}

async fn published(world: &World) -> Vec<String> {
    let keys: Value = world.browser().get("/.well-known/jwks.json").await.json();
    let keys = keys["keys"].as_array().unwrap();
    for key in keys {
        let names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"], "and nothing of the private halves");
    }
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn userinfo(world: &World, token: &str) -> StatusCode {
    let mut browser = world.browser();
    browser.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    browser.get("/userinfo").await.status
}

/// A log-out that goes on to the client only if the hint is believed.
async fn log_out(browser: &mut Browser, hint: &str) -> Answer {
    let parameters =
        encode([("id_token_hint", hint), ("post_logout_redirect_uri", "http://localhost:8080/")]);
    browser.get(&format!("/oidc/logout?{parameters}")).await
}

/// Proves: key-rotation
#[tokio::test]
async fn next_key_is_published_before_use() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let before = published(&world).await;
    assert_eq!(before.len(), 2);
    let mut browser = world.logged_in(ADA).await;
    assert_eq!(kid(&browser.get(&authorize(BALANCE)).await.fragment()["id_token"]), before[0]);

    let rotation = rotate(folder.path(), LIFETIME, START).unwrap();
    assert_eq!((&rotation.retired, &rotation.current), (&before[0], &before[1]));
    // The same running tenant.
    assert_eq!(kid(&browser.get(&authorize(BALANCE)).await.fragment()["id_token"]), before[1]);
    assert_eq!(
        published(&world).await,
        [&rotation.current, &rotation.next, &rotation.retired].map(String::clone)
    );
}

/// Proves: key-rotation
#[tokio::test]
async fn old_key_verifies_until_last_expiry() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let mut browser = world.logged_in(ADA).await;
    let old = browser.get(&authorize(BALANCE)).await.fragment();
    let first = rotate(folder.path(), LIFETIME, START).unwrap();
    world.verified(&old["id_token"], "riser").await;
    assert_eq!(userinfo(&world, &old["access_token"]).await, StatusCode::OK);
    assert_eq!(log_out(&mut browser.clone(), &old["id_token"]).await.location(), "http://localhost:8080/");

    // A second rotation changes nothing about the first key.
    rotate(folder.path(), LIFETIME, START + 100).unwrap();
    assert_eq!(userinfo(&world, &old["access_token"]).await, StatusCode::OK);
    world.clock.advance(first.until - START - 1);
    assert!(published(&world).await.contains(&first.retired));
    assert!(log_out(&mut browser.clone(), &old["id_token"]).await.status.is_redirection());
    world.clock.advance(1);
    assert!(!published(&world).await.contains(&first.retired), "the last token has expired");
    assert_eq!(log_out(&mut browser.clone(), &old["id_token"]).await.status, StatusCode::OK, "a page");
    // It goes off the list at the next rotation.
    let third = rotate(folder.path(), LIFETIME, first.until).unwrap();
    let list = fs::read_to_string(folder.path().join("retired-keys.json")).unwrap();
    assert!(!list.contains(&first.retired) && list.contains(&third.retired), "{list}");
}

/// Proves: key-rotation
#[tokio::test]
async fn old_key_verifies_id_token_hint() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let mut browser = world.logged_in(ADA).await;
    let hint = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    let rotation = rotate(folder.path(), LIFETIME, START).unwrap();
    let silent = authorize_with(&[("id_token_hint", &hint), ("prompt", "none")]);
    assert_eq!(kid(&browser.get(&silent).await.fragment()["id_token"]), rotation.current);
    world.clock.advance(rotation.until - START);
    assert_eq!(world.browser().get(&silent).await.refusal().0, "invalid_request", "it is believed no more");
}

#[tokio::test]
async fn log_records_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let mut developer = world.browser();
    developer.address = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    developer.headers.insert("host", "localhost:8090".parse().unwrap());
    let before = published(&world).await;
    let rotation = rotate(folder.path(), LIFETIME, START).unwrap();
    let after = published(&world).await;
    let log: Value = developer.get("/log.json").await.json();
    for (trace, signing, published, rotated) in
        [(1, &rotation.retired, &before, false), (0, &rotation.current, &after, true)]
    {
        let event = &log["traces"][trace]["events"][0];
        assert_eq!((&event["event"], &event["rotated"]), (&json!("keys"), &json!(rotated)), "{log}");
        assert_eq!((&event["signing"], &event["published"]), (&json!(signing), &json!(published)));
    }
    // A token of the new key is told of with its key.
    world.logged_in(ADA).await.get(&authorize(BALANCE)).await;
    let log: Value = developer.get("/log.json").await.json();
    let events = log["traces"][0]["events"].as_array().unwrap();
    let issued = events.iter().find(|event| event["event"] == "token_issued").unwrap();
    assert_eq!(issued["key"], rotation.current);
}

#[tokio::test]
async fn restart_knows_retired_keys() {
    let folder = tempfile::tempdir().unwrap();
    let token = {
        let world = world(folder.path()).await;
        world.logged_in(ADA).await.get(&authorize(BALANCE)).await.fragment()["access_token"].clone()
    };
    rotate(folder.path(), LIFETIME, START).unwrap();
    let world = world(folder.path()).await;
    assert_eq!(userinfo(&world, &token).await, StatusCode::OK);
    assert_eq!(published(&world).await.len(), 3);
}

#[tokio::test]
async fn unknown_key_is_not_trusted() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let token = {
        let world = world(other.path()).await;
        world.logged_in(ADA).await.get(&authorize(BALANCE)).await.fragment()["access_token"].clone()
    };
    assert_eq!(userinfo(&world(folder.path()).await, &token).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn unreadable_keys_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let mut browser = world.logged_in(ADA).await;
    let before = published(&world).await;
    fs::write(folder.path().join("signing-key.pk8"), "no key").unwrap();
    let token = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    assert_eq!(kid(&token), before[0]);
    assert_eq!(published(&world).await, before);
}

#[test]
fn rotation_needs_key() {
    let folder = tempfile::tempdir().unwrap();
    let error = rotate(folder.path(), LIFETIME, START).unwrap_err();
    assert!(matches!(error, KeyError::NoKey { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
