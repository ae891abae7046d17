//! Headers for browsers, and unknown paths and methods.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use uuid::Uuid;

use crate::test_bank::{ORIGIN, TestBank, get, order_of, post};

fn preflight(origin: &str) -> Request<Body> {
    Request::options("/transfer")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,idempotency-key")
        .body(Body::empty())
        .unwrap()
}

fn words(headers: &HeaderMap, name: &str) -> Vec<String> {
    let mut words: Vec<_> =
        headers[name].to_str().unwrap().split(',').map(|word| word.trim().to_lowercase()).collect();
    words.sort();
    words
}

#[tokio::test]
async fn cors_allows_configured_origin() {
    let test_bank = TestBank::new().await;
    let answer = test_bank.send(preflight(ORIGIN)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(words(&answer.headers, "access-control-allow-methods"), ["delete", "get", "post", "put"]);
    let allowed = ["authorization", "content-type", "idempotency-key"];
    assert_eq!(words(&answer.headers, "access-control-allow-headers"), allowed);
    assert_eq!(answer.headers["access-control-max-age"], "600");
    assert!(words(&answer.headers, "vary").contains(&"origin".to_owned()));
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn cors_refuses_unknown_origin() {
    let test_bank = TestBank::new().await;
    for origin in
        ["http://localhost:3001", "https://localhost:3000", "null", "http://localhost:3000.evil.example"]
    {
        let answer = test_bank.send(preflight(origin)).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test]
async fn cors_exposes_challenge_and_replay_headers() {
    let test_bank = TestBank::new().await;
    let exposed = ["idempotency-replayed", "retry-after", "www-authenticate"];
    let mut refused = post(&test_bank.token("view:balance"), Uuid::new_v4(), &order_of(1));
    let mut nowhere = get("/nowhere", "x");
    for request in [&mut refused, &mut nowhere] {
        let mut request = std::mem::take(request);
        request.headers_mut().insert("origin", ORIGIN.parse().unwrap());
        let answer = test_bank.send(request).await;
        assert_eq!(answer.headers["access-control-allow-origin"], ORIGIN);
        assert_eq!(words(&answer.headers, "access-control-expose-headers"), exposed);
    }
}

#[tokio::test]
async fn unknown_path_or_method_is_a_problem() {
    let test_bank = TestBank::new().await;
    for address in ["/", "/Balance", "/balance/", "/transfers/", "/transfers/a/b", "/nowhere?x=1"] {
        let answer = test_bank.send(get(address, "x")).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (404, "not-found"), "{address}");
    }
    for (method, address, allow) in [
        (Method::POST, "/balance", ["get", "head"].as_slice()),
        (Method::GET, "/transfer", &["post"]),
        (Method::DELETE, "/transfers/7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70", &["get", "head"]),
        (Method::PUT, "/healthz", &["get", "head"]),
    ] {
        let request = Request::builder().method(method).uri(address).body(Body::empty()).unwrap();
        let answer = test_bank.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (405, "method-not-allowed"), "{address}");
        assert_eq!(words(&answer.headers, "allow"), allow);
    }
}

#[tokio::test]
async fn every_response_has_request_id_and_nosniff() {
    let test_bank = TestBank::new().await;
    let first = test_bank.get("/balance", &test_bank.token("view:balance")).await;
    let second = test_bank.get("/nowhere", "x").await;
    for answer in [&first, &second] {
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        Uuid::try_parse(answer.headers["x-request-id"].to_str().unwrap()).unwrap();
    }
    assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"]);
}

#[tokio::test]
async fn api_routes_merge_into_another_router() {
    let test_bank = TestBank::new().await;
    let pages = axum::Router::new().fallback(async || "a page");
    let router: axum::Router = pages.merge(test_bank.bank.api_routes());
    let status_and_type = async |request: Request<Body>| {
        let response = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
        (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap().to_owned())
    };
    let page = (200, "text/plain; charset=utf-8".to_owned());
    assert_eq!(status_and_type(get("/callback", "x")).await, page);
    let problem = |status| (status, "application/problem+json".to_owned());
    assert_eq!(status_and_type(get("/balance", "x")).await, problem(401));
    assert_eq!(status_and_type(get("/transfer", "x")).await, problem(405));
}
