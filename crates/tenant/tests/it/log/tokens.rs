//! What became of codes and tokens.

use super::{kinds, says, traces};
use crate::harness::{ADA, CALLBACK, World, authorize_with};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn code_request() -> String {
    authorize_with(&[
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn token_error_is_in_trace_of_code() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let right = [
        ("grant_type", "authorization_code"),
        ("client_id", "riser"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value, why, right_is, spec) in [
        ("code_verifier", "x".repeat(43), "begins with", "Two log-ins under way", "RFC 7636, 4.6"),
        ("code_verifier", "short".to_owned(), "It has 5 characters", "Two log-ins", "RFC 7636, 4.6"),
        (
            "redirect_uri",
            format!("{CALLBACK}/"),
            "not the one of the authorization request",
            "same one",
            "RFC 6749, 4.1.3",
        ),
        ("client_id", "other".to_owned(), "\"other\" is not registered", "\"riser\"", "RFC 6749, 5.2"),
        ("code_verifier", String::new(), "code_verifier is missing", "each once", "RFC 6749, 4.1.3"),
        (
            "grant_type",
            "password".to_owned(),
            "It was \"password\"",
            "grant_types_supported",
            "RFC 6749, 4.1.3",
        ),
        (
            "client_secret",
            "a-secret-of-a-client".to_owned(),
            "have no secret",
            "token_endpoint_auth_method",
            "RFC 6749, 5.2",
        ),
    ] {
        let code = tab.get(&code_request()).await.query()["code"].clone();
        let mut form: Vec<(&str, &str)> = right.into_iter().filter(|(key, _)| *key != name).collect();
        form.extend([("code", code.as_str()), (name, value.as_str())]);
        assert!(tab.post("/oauth/token", &form).await.status.is_client_error());
        let trace = &traces(&world).await[0];
        assert_eq!(
            kinds(trace)[..5],
            ["request", "session", "granted", "code_issued", "redirect"],
            "{trace}"
        );
        assert_eq!(kinds(trace)[5..], ["request", "token_refused"], "{trace}");
        assert_eq!(trace["outcome"], "refused");
        says(trace, why, right_is, spec);
    }

    let code = tab.get(&code_request()).await.query()["code"].clone();
    let form: Vec<(&str, &str)> = right.into_iter().chain([("code", code.as_str())]).collect();
    tab.post("/oauth/token", &form).await;
    let trace = &traces(&world).await[0];
    assert_eq!(trace["outcome"], "finished");
    assert_eq!(kinds(trace)[5..], ["request", "code_redeemed", "token_issued", "token_issued"], "{trace}");
    tab.post("/oauth/token", &form).await;
    let trace = &traces(&world).await[0];
    says(trace, "sent before, at 2025-10-09 08:53:20 UTC", "callback twice", "RFC 6749, 4.1.2");

    let code = tab.get(&code_request()).await.query()["code"].clone();
    world.clock.advance(75);
    let form: Vec<(&str, &str)> = right.into_iter().chain([("code", code.as_str())]).collect();
    tab.post("/oauth/token", &form).await;
    let trace = &traces(&world).await[0];
    says(
        trace,
        "came 1 min 15 s after it was issued, and is good for 1 min",
        "breakpoint",
        "RFC 6749, 4.1.2",
    );

    let form: Vec<(&str, &str)> = right.into_iter().chain([("code", "never-issued")]).collect();
    tab.post("/oauth/token", &form).await;
    let trace = &traces(&world).await[0];
    assert_eq!(trace["kind"], "token");
    says(trace, "remembers no such code", "tenant that issued it", "RFC 6749, 5.2");
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn userinfo_is_in_trace_of_token() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let answer = tab.get(&authorize_with(&[("scope", "openid email")])).await.fragment();
    let call = async |token: &str| {
        let mut api = world.browser();
        api.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        api.get("/userinfo").await
    };
    call(&answer["access_token"]).await;
    let trace = &traces(&world).await[0];
    assert_eq!(kinds(trace).last(), Some(&"user_info"));
    assert_eq!(
        trace["events"].as_array().unwrap().last().unwrap()["claims"],
        serde_json::json!(["email", "email_verified", "sub"])
    );
    assert_eq!(trace["outcome"], "finished");

    for (token, why) in [
        (answer["id_token"].clone(), "looks like an ID token"),
        (format!("{}x", answer["access_token"]), "no key of this tenant has signed"),
        ("nonsense".to_owned(), "no key of this tenant has signed"),
    ] {
        call(&token).await;
        let trace = &traces(&world).await[0];
        assert_eq!(
            (trace["kind"].as_str(), trace["error"].as_str()),
            (Some("user_info"), Some("invalid_token"))
        );
        says(trace, &why.replace("no key", "a key"), "Authorization: Bearer", "RFC 6750, 3.1");
    }
    world.browser().get("/userinfo").await;
    says(&traces(&world).await[0], "No token was sent.", "Authorization: Bearer", "RFC 6750, 3.1");
    world.clock.advance(7_200);
    call(&answer["access_token"]).await;
    says(&traces(&world).await[0], "expired at 2025-10-09 10:53:20 UTC", "has not expired", "RFC 6750, 3.1");
}
