//! Every way in which `/authorize` says no, and to whom.

use axum::http::StatusCode;

use crate::harness::{ADA, TRANSFER, World, authorize_with};

/// Refused on a page of the tenant; the browser is not sent anywhere.
#[track_caller]
fn is_page(answer: &crate::harness::Answer, sentence: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert!(!answer.headers.contains_key("location"));
    assert!(answer.body.contains(sentence), "{answer:?}");
    assert!(answer.body.contains("href=\"http://localhost:8080/\""), "a way on: {answer:?}");
}

#[tokio::test]
async fn without_a_trusted_redirect_uri_the_refusal_is_a_page() {
    let mut browser = World::new().await.browser();
    let cases = [
        (authorize_with(&[("client_id", "")]), "client_id exactly once"),
        (authorize_with(&[("client_id", "other")]), "is not registered here"),
        (authorize_with(&[("client_id", "<script>")]), "&#60;script&#62;"),
        (authorize_with(&[]) + "&client_id=riser", "client_id exactly once"),
        (authorize_with(&[("redirect_uri", "")]), "redirect_uri exactly once"),
        (authorize_with(&[]) + "&redirect_uri=https%3A%2F%2Fevil.example%2F", "redirect_uri exactly once"),
    ];
    for (request, sentence) in cases {
        is_page(&browser.get(&request).await, sentence);
    }
}

#[tokio::test]
async fn a_redirect_uri_is_compared_character_by_character() {
    let mut browser = World::new().await.browser();
    let others = [
        "http://localhost:8080/callback/",
        "http://localhost:8080/Callback",
        "http://localhost:8080/callback?x=1",
        "http://localhost:8080/callback#",
        "http://localhost:8080//callback",
        "http://LOCALHOST:8080/callback",
        "https://localhost:8080/callback",
        "http://127.0.0.1:8080/callback",
        "http://localhost:8080/callback%2F..",
        "http://localhost:8080@evil.example/callback",
        "//evil.example/callback",
        "javascript:alert(1)",
    ];
    for uri in others {
        is_page(&browser.get(&authorize_with(&[("redirect_uri", uri)])).await, "is not registered for Riser");
    }
}

#[tokio::test]
async fn what_is_too_long_is_not_read() {
    let mut browser = World::new().await.browser();
    let long = "x".repeat(9_000);
    is_page(&browser.get(&authorize_with(&[("state", &long)])).await, "longer than 8 KiB");
}

#[tokio::test]
async fn other_refusals_go_back_to_the_client() {
    let mut browser = World::new().await.browser();
    let cases = [
        ("response_type", "", "invalid_request", "response_type is missing"),
        ("response_type", "code token", "unsupported_response_type", "must be"),
        ("response_type", "token", "unsupported_response_type", "must be"),
        ("response_type", "id_token token code", "unsupported_response_type", "must be"),
        ("response_mode", "query", "invalid_request", "response_mode"),
        ("response_mode", "form_post", "invalid_request", "response_mode"),
        ("scope", "", "invalid_scope", "openid"),
        ("scope", "view:balance", "invalid_scope", "openid"),
        ("nonce", "", "invalid_request", "nonce is missing"),
        ("audience", "https://other-api", "access_denied", "Service not found: https://other-api"),
        ("prompt", "none login", "invalid_request", "prompt"),
        ("max_age", "-1", "invalid_request", "max_age"),
        ("request", "a.b.c", "request_not_supported", "Request objects"),
        ("request_uri", "https://a.example", "request_uri_not_supported", "request_uri"),
    ];
    for (name, value, error, description) in cases {
        let answer = browser.get(&authorize_with(&[(name, value)])).await;
        let (got, said) = answer.refusal();
        assert_eq!(got, error, "{name}={value}");
        assert!(said.contains(description), "{name}={value}: {said}");
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_refused() {
    let mut browser = World::new().await.browser();
    for name in ["response_type", "scope", "nonce", "audience", "prompt", "max_age", "acr_values"] {
        let request = authorize_with(&[(name, "1")]) + &format!("&{name}=2");
        let (error, description) = browser.get(&request).await.refusal();
        assert_eq!(
            (error.as_str(), description),
            ("invalid_request", format!("{name} stands more than once."))
        );
    }
}

#[tokio::test]
async fn of_two_states_none_is_echoed() {
    let answer = World::new().await.browser().get(&(authorize_with(&[]) + "&state=other")).await;
    let fragment = answer.fragment();
    assert_eq!(fragment["error"], "invalid_request");
    assert!(!fragment.contains_key("state"));
}

#[tokio::test]
async fn a_description_is_printable_ascii() {
    let answer = World::new().await.browser().get(&authorize_with(&[("audience", "\"\\é\n\u{202e}x")])).await;
    assert_eq!(answer.refusal().1, "Service not found: 'x");
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let world = World::new().await;
    let silent = [("prompt", "none"), ("scope", "openid view:balance")];
    let (error, _) = world.browser().get(&authorize_with(&silent)).await.refusal();
    assert_eq!(error, "login_required");

    let mut browser = world.logged_in(ADA).await;
    assert!(browser.get(&authorize_with(&silent)).await.fragment().contains_key("access_token"));
    let step_up = [("prompt", "none"), ("scope", TRANSFER)];
    assert_eq!(browser.get(&authorize_with(&step_up)).await.refusal().0, "interaction_required");
    let too_old = [("prompt", "none"), ("max_age", "60")];
    assert!(browser.get(&authorize_with(&too_old)).await.fragment().contains_key("access_token"));
    world.clock.advance(61);
    assert_eq!(browser.get(&authorize_with(&too_old)).await.refusal().0, "login_required");
}
