//! Every way in which `/authorize` says no, and to whom.

use axum::http::StatusCode;

use tenant::GrantType;

use crate::harness::{ADA, TRANSFER, World, authorize_with, config};

/// Refused on a page of the tenant; the browser is not sent anywhere.
#[track_caller]
fn is_page(answer: &crate::harness::Answer, sentence: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert!(!answer.headers.contains_key("location"));
    assert!(answer.body.contains(sentence), "{answer:?}");
    assert!(answer.body.contains("href=\"http://localhost:8080/\""), "a way on: {answer:?}");
}

#[tokio::test]
async fn untrusted_redirect_uri_is_refused_on_page() {
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

/// Proves: threat-open-redirect, tenant-open-redirect
#[tokio::test]
async fn redirect_uri_is_compared_exactly() {
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
async fn too_long_request_is_not_read() {
    let mut browser = World::new().await.browser();
    let long = "x".repeat(9_000);
    is_page(&browser.get(&authorize_with(&[("state", &long)])).await, "longer than 8 KiB");
    is_page(
        &browser.post("/authorize", &[("client_id", "riser"), ("state", &long)]).await,
        "longer than 8 KiB",
    );
}

#[tokio::test]
async fn other_errors_are_sent_to_client() {
    let mut browser = World::new().await.browser();
    let cases = [
        ("response_type", "code token", "unsupported_response_type", "must be"),
        ("response_type", "token code", "unsupported_response_type", "must be"),
        ("response_type", "id_token token code", "unsupported_response_type", "must be"),
        ("response_mode", "query", "invalid_request", "response_mode"),
        ("response_mode", "jwt", "invalid_request", "response_mode"),
        ("scope", "", "invalid_scope", "openid"),
        ("scope", "view:balance", "invalid_scope", "openid"),
        ("scope", "openid view\\balance", "invalid_scope", "printable"),
        ("scope", "openid ä", "invalid_scope", "printable"),
        ("nonce", "", "invalid_request", "nonce is missing"),
        ("audience", "https://other-api", "access_denied", "Service not found: https://other-api"),
        ("prompt", "none login", "invalid_request", "not both"),
        ("prompt", "login none", "invalid_request", "not both"),
        ("prompt", "create", "invalid_request", "prompt must be"),
        ("prompt", "login  consent", "invalid_request", "prompt must be"),
        ("id_token_hint", "a.b.c", "invalid_request", "id_token_hint"),
        ("max_age", "-1", "invalid_request", "max_age"),
        ("max_age", "+1", "invalid_request", "max_age"),
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

/// OAuth 2.0 Multiple Response Types, 2.1: where no token was asked for, an answer goes into the query.
#[tokio::test]
async fn error_uses_response_mode() {
    let mut browser = World::new().await.browser();
    for (value, error) in [("", "invalid_request"), ("x", "unsupported_response_type")] {
        let refused = browser.get(&authorize_with(&[("response_type", value)])).await.query();
        assert_eq!((refused["error"].as_str(), refused["state"].as_str()), (error, "state-1"), "{value:?}");
    }
    let fragment = [("response_type", ""), ("response_mode", "fragment")];
    assert_eq!(browser.get(&authorize_with(&fragment)).await.refusal().0, "invalid_request");
    let form = [("response_type", ""), ("response_mode", "form_post")];
    assert_eq!(browser.get(&authorize_with(&form)).await.form().1["error"], "invalid_request");
    let message = [("response_type", ""), ("response_mode", "web_message")];
    assert_eq!(browser.get(&authorize_with(&message)).await.message()["error"], "invalid_request");
}

#[tokio::test]
async fn grant_types_limit_client() {
    for (allowed, refused_types) in [
        (GrantType::AuthorizationCode, &["id_token token", "id_token", "token"][..]),
        (GrantType::Implicit, &["code"][..]),
    ] {
        let mut config = config();
        config.clients[0].grant_types = vec![allowed];
        let mut browser = World::with(config).await.browser();
        for response_type in refused_types {
            let pkce = [
                ("response_type", *response_type),
                ("response_mode", "fragment"),
                ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
                ("code_challenge_method", "S256"),
            ];
            let (error, description) = browser.get(&authorize_with(&pkce)).await.refusal();
            assert_eq!(error, "unauthorized_client", "{response_type}");
            assert!(description.contains("grant_types"), "{description}");
        }
    }
}

#[tokio::test]
async fn duplicate_parameter_is_refused() {
    let mut browser = World::new().await.browser();
    for name in
        ["response_type", "scope", "nonce", "audience", "prompt", "max_age", "acr_values", "id_token_hint"]
    {
        let request = authorize_with(&[(name, "id_token")]) + &format!("&{name}=2");
        let (error, description) = browser.get(&request).await.refusal();
        assert_eq!(
            (error.as_str(), description),
            ("invalid_request", format!("{name} stands more than once."))
        );
    }
}

#[tokio::test]
async fn duplicate_state_is_not_echoed() {
    let answer = World::new().await.browser().get(&(authorize_with(&[]) + "&state=other")).await;
    let fragment = answer.fragment();
    assert_eq!(fragment["error"], "invalid_request");
    assert!(!fragment.contains_key("state"));
}

#[tokio::test]
async fn description_is_printable_ascii() {
    let answer = World::new().await.browser().get(&authorize_with(&[("audience", "\"\\é\n\u{202e}x")])).await;
    assert_eq!(answer.refusal().1, "Service not found: 'x");
}

/// Proves: silent-request-errors
#[tokio::test]
async fn prompt_none_never_shows_page() {
    let world = World::new().await;
    let silent = [("prompt", "none"), ("scope", "openid view:balance")];
    let refusal = |error: &str, description: &str| (error.to_owned(), description.to_owned());
    // Letter by letter what Auth0 answers: its libraries compare it.
    let nobody = world.browser().get(&authorize_with(&silent)).await.refusal();
    assert_eq!(nobody, refusal("login_required", "Login required"));

    let mut browser = world.logged_in(ADA).await;
    assert!(browser.get(&authorize_with(&silent)).await.fragment().contains_key("access_token"));
    let step_up = [("prompt", "none"), ("scope", TRANSFER)];
    let no_factor = browser.get(&authorize_with(&step_up)).await.refusal();
    assert_eq!(no_factor, refusal("login_required", "Multifactor authentication required"));
    let no_session = world.browser().get(&authorize_with(&step_up)).await.refusal();
    assert_eq!(no_session, refusal("login_required", "Login required"));
    let too_old = [("prompt", "none"), ("max_age", "60")];
    assert!(browser.get(&authorize_with(&too_old)).await.fragment().contains_key("access_token"));
    world.clock.advance(61);
    let too_old = browser.get(&authorize_with(&too_old)).await.refusal();
    assert_eq!(too_old, refusal("login_required", "Login required"));
}
