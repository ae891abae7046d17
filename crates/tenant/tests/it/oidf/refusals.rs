//! Requests that a provider has to refuse.

use axum::http::StatusCode;

use super::VARIANTS;
use crate::harness::World;

/// Proves: oidcc-response-type-missing
#[tokio::test]
async fn oidcc_response_type_missing() {
    let mut browser = World::new().await.browser();
    let missing = VARIANTS[1].request(&[("response_type", "")]);
    let refused = browser.get(&missing).await.query();
    assert_eq!((refused["error"].as_str(), refused["state"].as_str()), ("invalid_request", "state-1"));
    let posted = VARIANTS[3].request(&[("response_type", "")]);
    assert_eq!(browser.get(&posted).await.form().1["error"], "invalid_request");
}

/// Proves: oidcc-ensure-request-without-nonce-fails
#[tokio::test]
async fn oidcc_ensure_request_without_nonce_fails() {
    for variant in VARIANTS {
        let mut browser = World::new().await.logged_in(crate::harness::ADA).await;
        assert_eq!(variant.fails(&mut browser, &[("nonce", "")]).await, "invalid_request");
    }
}

/// Proves: oidcc-ensure-registered-redirect-uri
#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    is_refused_with_a_page(&[("redirect_uri", "http://localhost:8080/not-registered")]).await;
}

/// Of two addresses, the wrong one is the one that counts where request objects are not supported.
/// Proves: oidcc-ensure-request-object-with-redirect-uri
#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let object =
        [("redirect_uri", "http://localhost:8080/not-registered"), ("request", "eyJhbGciOiJub25lIn0.e30.")];
    is_refused_with_a_page(&object).await;
}

async fn is_refused_with_a_page(changes: &[(&str, &str)]) {
    for variant in VARIANTS {
        let mut browser = World::new().await.logged_in(crate::harness::ADA).await;
        let answer = browser.get(&variant.request(changes)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.headers.contains_key("location"));
        assert!(
            !answer.body.contains("id_token") && answer.body.contains("is not registered for Riser"),
            "{answer:?}"
        );
    }
}

/// Proves: oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
#[tokio::test]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    for variant in VARIANTS {
        let mut browser = World::new().await.browser();
        let by_reference = [("request_uri", "https://client.example/request.jwt")];
        assert_eq!(variant.fails(&mut browser, &by_reference).await, "request_uri_not_supported");
    }
}

/// Proves: oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported
#[tokio::test]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    for variant in VARIANTS {
        let mut browser = World::new().await.browser();
        let object = [("request", "eyJhbGciOiJub25lIn0.e30.")];
        assert_eq!(variant.fails(&mut browser, &object).await, "request_not_supported");
    }
}
