//! `oidcc-config-certification-test-plan`: what the metadata say.

use serde_json::Value;

use crate::harness::{ISSUER, World};

/// Proves: oidcc-discovery-endpoint-verification
#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let mut browser = World::new().await.browser();
    let answer = browser.get("/.well-known/openid-configuration").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let document: Value = answer.json();
    assert_eq!(document["issuer"], ISSUER);
    let list =
        |name: &str| document[name].as_array().cloned().unwrap_or_else(|| panic!("{name}: {document}"));
    for required in ["id_token", "id_token token"] {
        assert!(list("response_types_supported").contains(&required.into()));
    }
    assert_eq!(list("subject_types_supported"), ["public"]);
    assert_eq!(list("id_token_signing_alg_values_supported"), ["RS256"]);
    assert!(list("scopes_supported").contains(&"openid".into()));
    assert!(list("grant_types_supported").contains(&"implicit".into()));
    for endpoint in
        ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"]
    {
        assert!(document[endpoint].as_str().unwrap().starts_with(ISSUER), "{endpoint}");
    }
    // Each is said, since absent means something.
    for (name, said) in [
        ("claims_parameter_supported", false),
        ("request_parameter_supported", false),
        ("request_uri_parameter_supported", false),
        ("authorization_response_iss_parameter_supported", true),
    ] {
        assert_eq!(document[name], said, "{name}");
    }
    let keys: Value = browser.get("/.well-known/jwks.json").await.json();
    for key in keys["keys"].as_array().unwrap() {
        assert!(key["kid"].is_string() && key.get("d").is_none(), "the public half");
    }
}

/// Each value that the metadata name is one that works, and none is kept quiet about.
/// Proves: oidc-metadata-true
#[tokio::test]
async fn metadata_matches_accepted_requests() {
    let world = World::new().await;
    let document: Value = world.browser().get("/.well-known/openid-configuration").await.json();
    let texts = |name: &str| -> Vec<String> {
        document[name].as_array().unwrap().iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let mut browser = world.logged_in(crate::harness::ADA).await;
    for response_type in texts("response_types_supported") {
        for response_mode in texts("response_modes_supported") {
            let request = crate::harness::authorize_with(&[
                ("response_type", &response_type),
                ("response_mode", &response_mode),
                ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
                ("code_challenge_method", "S256"),
            ]);
            let answer = browser.get(&request).await;
            let parameters: Value = match response_mode.as_str() {
                // The one pair that is no answer: tokens do not go into a query.
                "query" if response_type != "code" => {
                    assert_eq!(answer.refusal().0, "invalid_request");
                    continue;
                }
                "query" => serde_json::to_value(answer.query()).unwrap(),
                "fragment" => serde_json::to_value(answer.fragment()).unwrap(),
                "form_post" => serde_json::to_value(answer.form().1).unwrap(),
                "web_message" => answer.message(),
                other => panic!("nothing is known of {other}"),
            };
            assert!(parameters.get("error").is_none(), "{response_type} {response_mode}: {parameters}");
            for part in response_type.split(' ') {
                let name = if part == "token" { "access_token" } else { part };
                assert!(parameters[name].is_string(), "{response_type} {response_mode}: {parameters}");
            }
        }
    }
    for prompt in texts("prompt_values_supported") {
        let answer = browser.follow(&crate::harness::authorize_with(&[("prompt", &prompt)])).await;
        assert_eq!(answer.body.contains("<h1>Log in</h1>"), prompt != "none", "{prompt}");
    }
}
