//! What an answer has in it.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{VARIANTS, claims};
use crate::harness::{ADA, ISSUER, START, World, authorize_with};

/// Proves: oidcc-server
#[tokio::test]
async fn oidcc_server() {
    for variant in VARIANTS {
        let world = World::new().await;
        let answer = variant.logs_in(&mut world.browser(), &[]).await;
        let id = claims(&world, &answer).await;
        assert_eq!(id["iss"], ISSUER);
        assert_eq!(id["aud"], "riser");
        assert_eq!(id["nonce"], "nonce-1");
        assert!(id["sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub.len() <= 255));
        assert_eq!((&id["iat"], &id["auth_time"]), (&json!(START), &json!(START)));
        assert!(id["exp"].as_u64().unwrap() > START);
        assert_eq!(answer.contains_key("access_token"), variant.response_type.contains(" token"));
        match answer.get("access_token") {
            None => assert!(id.get("at_hash").is_none() && !answer.contains_key("token_type")),
            Some(token) => {
                let hash = digest::digest(&digest::SHA256, token.as_bytes());
                assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
                assert_eq!(answer["token_type"], "Bearer");
                assert!(answer["expires_in"].parse::<u64>().unwrap() > 0);
            }
        }
        assert!(!answer.contains_key("code") && !answer.contains_key("error"));
    }
}

/// Proves: oidcc-idtoken-signature
#[tokio::test]
async fn oidcc_idtoken_signature() {
    for variant in VARIANTS {
        let world = World::new().await;
        let answer = variant.logs_in(&mut world.browser(), &[]).await;
        let header = jsonwebtoken::decode_header(&answer["id_token"]).unwrap();
        assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
        let keys: Value = world.browser().get("/.well-known/jwks.json").await.json();
        let named =
            keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header.kid.clone().unwrap());
        assert_eq!(named.unwrap()["alg"], "RS256");
        claims(&world, &answer).await;
    }
}

/// Proves: oidcc-scope-profile
#[tokio::test]
async fn oidcc_scope_profile() {
    scope("openid profile", &[("name", "Ada Example")]).await;
}

/// Proves: oidcc-scope-email
#[tokio::test]
async fn oidcc_scope_email() {
    scope("openid email", &[("email", ADA)]).await;
}

/// Proves: oidcc-scope-all
#[tokio::test]
async fn oidcc_scope_all() {
    scope("openid profile email address phone", &[("name", "Ada Example"), ("email", ADA)]).await;
}

/// The metadata do not name the scope, so that the suite leaves it out; a request with it is no error.
/// Proves: oidcc-scope-address
#[tokio::test]
async fn oidcc_scope_address() {
    scope("openid address", &[]).await;
}

/// Proves: oidcc-scope-phone
#[tokio::test]
async fn oidcc_scope_phone() {
    scope("openid phone", &[]).await;
}

/// The claims are in the ID token, and in the userinfo endpoint's answer where there is an access token.
async fn scope(scope: &str, expected: &[(&str, &str)]) {
    for variant in VARIANTS {
        let world = World::new().await;
        let answer = variant.logs_in(&mut world.browser(), &[("scope", scope)]).await;
        let mut sources = vec![claims(&world, &answer).await];
        if let Some(token) = answer.get("access_token") {
            let mut client = world.browser();
            client.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
            sources.push(client.get("/userinfo").await.json());
        }
        for claims in sources {
            for (name, value) in expected {
                assert_eq!(claims[name], *value, "{scope}");
            }
            for name in ["name", "email", "address", "phone_number"] {
                let wanted = expected.iter().any(|(expected, _)| *expected == name);
                assert_eq!(claims.get(name).is_some(), wanted, "{scope}: {name}");
            }
        }
        let metadata: Value = world.browser().get("/.well-known/openid-configuration").await.json();
        for unknown in ["address", "phone"] {
            assert!(!metadata["scopes_supported"].as_array().unwrap().contains(&unknown.into()));
        }
    }
}

/// The scopes and the parameters in another order.
/// Proves: oidcc-alternate-happy-flow
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let request = variant.request(&[("scope", "email openid")]);
        let (path, query) = request.split_once('?').unwrap();
        let reversed = query.split('&').rev().collect::<Vec<_>>().join("&");
        let page = browser.follow(&format!("{path}?{reversed}")).await;
        let answer = variant.read(&browser.log_in(&page, ADA, crate::harness::PASSWORD).await);
        assert_eq!(claims(&world, &answer).await["email"], ADA);
    }
}

/// Proves: oidcc-display-page
#[tokio::test]
async fn oidcc_display_page() {
    succeeds_with(&[("display", "page")]).await;
}

/// Proves: oidcc-display-popup
#[tokio::test]
async fn oidcc_display_popup() {
    succeeds_with(&[("display", "popup")]).await;
}

/// Proves: oidcc-ui-locales
#[tokio::test]
async fn oidcc_ui_locales() {
    succeeds_with(&[("ui_locales", "se")]).await;
}

/// Proves: oidcc-claims-locales
#[tokio::test]
async fn oidcc_claims_locales() {
    succeeds_with(&[("claims_locales", "se")]).await;
}

/// Proves: oidcc-ensure-request-with-unknown-parameter-succeeds
#[tokio::test]
async fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    succeeds_with(&[("extra", "foobar")]).await;
}

/// The metadata say that the parameter is not supported. It is passed over, for which the suite has a warning.
/// Proves: oidcc-claims-essential
#[tokio::test]
async fn oidcc_claims_essential() {
    for claims in [
        r#"{"userinfo":{"name":{"essential":true}}}"#,
        r#"{"id_token":{"name":{"essential":true}}}"#,
        "no JSON",
    ] {
        succeeds_with(&[("claims", claims)]).await;
    }
    let metadata: Value = World::new().await.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["claims_parameter_supported"], false);
}

async fn succeeds_with(changes: &[(&str, &str)]) {
    for variant in VARIANTS {
        let world = World::new().await;
        let answer = variant.logs_in(&mut world.browser(), changes).await;
        assert_eq!(claims(&world, &answer).await["nonce"], "nonce-1", "{changes:?}");
    }
}

/// The suite asks for what the metadata name: here, that costs an approval on the phone.
/// Proves: oidcc-ensure-request-with-acr-values-succeeds
#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    for variant in VARIANTS {
        let world = World::new().await;
        let metadata: Value = world.browser().get("/.well-known/openid-configuration").await.json();
        let named: Vec<&str> =
            metadata["acr_values_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let mut phone = world.phone(ADA).await;
        let mut browser = world.browser();
        let page = browser.follow(&variant.request(&[("acr_values", &named.join(" "))])).await;
        let page = browser.log_in(&page, ADA, crate::harness::PASSWORD).await;
        phone.choose(&page.number()).await;
        let answer = variant.read(&browser.get(&format!("/u/mfa?state={}", page.input("state"))).await);
        assert_eq!(claims(&world, &answer).await["acr"], named[0]);
        // Values that mean nothing here are no error.
        let other = variant.passes(&mut browser, &[("acr_values", "1 2")]).await;
        assert!(claims(&world, &other).await.get("acr").is_none());
    }
}

/// Hybrid types are beyond the plan; they are refused by name.
#[tokio::test]
async fn unlisted_response_type_is_refused() {
    let mut browser = World::new().await.browser();
    for unknown in ["code id_token", "code token", "code id_token token"] {
        let answer = browser.get(&authorize_with(&[("response_type", unknown)])).await;
        assert_eq!(answer.refusal().0, "unsupported_response_type", "{unknown}");
    }
}
