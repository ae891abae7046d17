//! `/oauth/revoke` (RFC 7009), with Auth0's answers.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use crate::code::error;
use crate::harness::{Answer, World};
use crate::log::{says, traces};
use crate::refresh_tokens::{OFFLINE, offline, refresh, token, tokens};

async fn revoke(world: &World, form: &[(&str, &str)]) -> Answer {
    world.browser().post("/oauth/revoke", form).await
}

/// Proves: token-revocation
#[tokio::test]
async fn ends_all_that_came_of_the_same_log_in() {
    let world = World::with(offline()).await;
    let (_, first) = tokens(&world, OFFLINE).await;
    let other = token(&tokens(&world, OFFLINE).await.1);
    let second = token(&refresh(&world, &token(&first), &[]).await.json());
    let hint = [("client_id", "riser"), ("token", &second), ("token_type_hint", "refresh_token")];
    let answer = revoke(&world, &hint).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(traces(&world).await[0]["outcome"], "finished");
    assert_eq!(error(&refresh(&world, &second, &[]).await), "invalid_grant");
    let log = traces(&world).await[0].to_string();
    assert!(log.contains("the client revoked it"), "{log}");
    assert_eq!(refresh(&world, &other, &[]).await.status, StatusCode::OK, "another log-in's");
}

/// RFC 7009, 2.2, and Auth0: whoever asks learns nothing about a token that is not theirs.
/// Proves: token-revocation
#[tokio::test]
async fn what_cannot_be_revoked_gets_the_same_answer() {
    let mut config = offline();
    let mut other = config.clients[0].clone();
    other.id = "other".to_owned();
    config.clients.push(other);
    let world = World::with(config).await;
    let (_, first) = tokens(&world, OFFLINE).await;
    let (good, access) = (token(&first), first["access_token"].as_str().unwrap().to_owned());
    for (client, token, why) in [
        ("other", good.as_str(), "It is no refresh token of this client."),
        ("riser", "made.up", "It is no refresh token of this client."),
        ("riser", &access, "It looks like an access token"),
    ] {
        let answer = revoke(&world, &[("client_id", client), ("token", token)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""), "{why}");
        let log = traces(&world).await[0].to_string();
        assert!(log.contains(why) && !log.contains(token), "{log}");
    }
    assert_eq!(refresh(&world, &good, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn incomplete_request_is_refused() {
    let world = World::with(offline()).await;
    for (form, code, status) in [
        (&[("client_id", "riser")][..], "invalid_request", StatusCode::BAD_REQUEST),
        (&[("token", "t")], "invalid_request", StatusCode::BAD_REQUEST),
        (
            &[("client_id", "riser"), ("token", "a"), ("token", "b")],
            "invalid_request",
            StatusCode::BAD_REQUEST,
        ),
        (&[("client_id", "nobody"), ("token", "t")], "invalid_client", StatusCode::UNAUTHORIZED),
        (
            &[("client_id", "riser"), ("client_secret", "s"), ("token", "t")],
            "invalid_client",
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        let answer = revoke(&world, form).await;
        assert_eq!((answer.status, error(&answer).as_str()), (status, code), "{form:?}");
    }
    revoke(&world, &[("client_id", "riser")]).await;
    says(&traces(&world).await[0], "token is missing.", "client_id and token", "RFC 7009, 2.1");
}

/// Proves: tenant-cors
#[tokio::test]
async fn only_web_origins_may_ask_from_a_page() {
    let world = World::with(offline()).await;
    for (origin, allowed) in [("http://localhost:8080", true), ("https://evil.example", false)] {
        let mut page = world.browser();
        page.headers.insert(header::ORIGIN, origin.parse().unwrap());
        let preflight = page.send(Method::OPTIONS, "/oauth/revoke", Body::empty()).await;
        page.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        let body = r#"{"client_id":"riser","token":"t"}"#;
        let answer = page.send(Method::POST, "/oauth/revoke", Body::from(body)).await;
        assert_eq!(answer.status, StatusCode::OK);
        for answer in [preflight, answer] {
            assert_eq!(answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
        }
    }
}
