//! What a client and an API find out by themselves.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::harness::{ISSUER, World};

#[tokio::test]
async fn metadata_lists_endpoints() {
    let world = World::new().await;
    let mut browser = world.browser();
    let answer = browser.get("/.well-known/openid-configuration").await;
    let document: Value = answer.json();
    assert_eq!(document["issuer"], ISSUER);
    let types = serde_json::json!(["code", "id_token token", "id_token", "token"]);
    assert_eq!(document["response_types_supported"], types);
    assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    let payments = serde_json::json!(["payment_initiation"]);
    assert_eq!(document["authorization_details_types_supported"], payments);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(browser.get("/.well-known/oauth-authorization-server").await.json::<Value>(), document);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
        "revocation_endpoint",
    ] {
        let address = document[endpoint].as_str().unwrap();
        let path = address.strip_prefix("http://localhost:8090").unwrap();
        assert_ne!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn metadata_and_keys_allow_any_origin() {
    let mut browser = World::new().await.browser();
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cache-control"), "public, max-age=60");
        let preflight = browser.send(Method::OPTIONS, path, Body::empty()).await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT);
        assert_eq!(preflight.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn keys_are_public_rsa_2048() {
    let keys: Value = World::new().await.browser().get("/.well-known/jwks.json").await.json();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&"RSA".into(), &"sig".into(), &"RS256".into()));
    assert_eq!(key["n"].as_str().unwrap().len(), 342, "2048 bits in base64url");
    let members: Vec<&String> = key.as_object().unwrap().keys().collect();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
}

#[tokio::test]
async fn health_is_public() {
    let answer = World::new().await.browser().get("/healthz").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"));
}
