//! For each request that is refused: why, and what would have been right.

use super::{advice, developer, kinds, says, traces};
use crate::harness::{ADA, CALLBACK, PASSWORD, World, authorize, authorize_with};

/// Parameters that are replaced; what has to be said of why, of what would be right, and where it is written.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (&[("client_id", "")], "client_id is missing", "\"riser\"", "RFC 6749, 4.1.1"),
    (&[("client_id", "Riser")], "\"Riser\" is not registered", "Send \"riser\"", "RFC 6749, 4.1.1"),
    (&[("client_id", "other")], "\"other\" is not registered", "once: \"riser\"", "RFC 6749, 4.1.1"),
    (&[("redirect_uri", "")], "redirect_uri is missing", CALLBACK, "RFC 6749, 3.1.2"),
    (&[("redirect_uri", "http://localhost:8080/")], "not one of those", "register the one", "RFC 9700, 2.1"),
    (
        &[("response_type", "")],
        "response_type is missing",
        "\"code\" (with PKCE)",
        "OAuth 2.0 Multiple Response Type Encoding Practices",
    ),
    (
        &[("response_type", "code token")],
        "It was \"code token\"",
        "\"id_token token\"",
        "OAuth 2.0 Multiple Response Type Encoding Practices",
    ),
    (
        &[("response_mode", "query")],
        "It was \"query\"",
        "not put into a query",
        "OAuth 2.0 Multiple Response Type Encoding Practices",
    ),
    (
        &[("scope", "view:balance")],
        "It was \"view:balance\"",
        "\"openid\" among them",
        "OpenID Connect Core, 3.1.2.1",
    ),
    (&[("nonce", "")], "nonce is missing", "random value", "OpenID Connect Core, 3.2.2.1"),
    (
        &[("audience", "https://my-banking-api/")],
        "No API with the identifier",
        "Send \"https://my-banking-api\"",
        "",
    ),
    (&[("audience", "https://other")], "\"https://other\"", "registered API: \"https://my-banking-api\"", ""),
    (&[("prompt", "create")], "It was \"create\"", "\"none\" stands alone", "OpenID Connect Core, 3.1.2.1"),
    (&[("max_age", "soon")], "It was \"soon\"", "whole number of seconds", "OpenID Connect Core, 3.1.2.1"),
    (&[("max_age", "1\u{202e}2")], "max_age must be", "whole number", "OpenID Connect Core, 3.1.2.1"),
    (&[("request", "a.b.c")], "Request objects", "the parameters themselves", "OpenID Connect Core, 6"),
    (
        &[("request_uri", "https://a.example")],
        "request_uri is not",
        "the parameters themselves",
        "OpenID Connect Core, 6",
    ),
    (&[("authorization_details", "{}")], "must be a list of one", "instructedAmount", "RFC 9396, 5"),
    (&[("prompt", "none")], "no session here", "without prompt=none", "OpenID Connect Core, 3.1.2.6"),
    (
        &[("response_type", "code")],
        "code_challenge_method must be",
        "code_challenge_method=S256",
        "RFC 7636, 4.2",
    ),
    (
        &[("response_type", "code"), ("code_challenge_method", "S256"), ("code_challenge", "abc")],
        "code_challenge must be",
        "BASE64URL",
        "RFC 7636, 4.2",
    ),
];

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn each_authorize_error_has_advice() {
    let world = World::new().await;
    for (changes, why, right, spec) in CASES {
        world.browser().get(&authorize_with(changes)).await;
        let trace = &traces(&world).await[0];
        assert_eq!(trace["outcome"], "refused", "{changes:?}");
        says(trace, why, right, spec);
    }
    for (request, why) in [
        (authorize_with(&[]) + "&nonce=2", "nonce stands more than once"),
        (authorize_with(&[]) + "&client_id=riser", "client_id stands more than once"),
        (authorize_with(&[]) + "&redirect_uri=x", "redirect_uri stands more than once"),
    ] {
        world.browser().get(&request).await;
        let trace = &traces(&world).await[0];
        assert!(advice(trace)["why"].as_str().unwrap().contains(why), "{trace}");
        assert!(advice(trace)["right"].as_str().unwrap().contains("once"), "{trace}");
    }
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn redirect_uri_is_compared_with_registered() {
    let world = World::new().await;
    let sent = "http://localhost:3000/callback/";
    world.browser().get(&authorize_with(&[("redirect_uri", sent)])).await;
    let trace = &traces(&world).await[0];
    let compared = advice(trace)["comparisons"].as_array().unwrap();
    assert_eq!(compared.len(), 2);
    assert_eq!(compared[0]["registered"], "http://localhost:3000/callback");
    assert_eq!(compared[0]["difference"], "There is a slash too many at the end.");
    assert_eq!(compared[1]["registered"], CALLBACK);
    let page = developer(&world).get(&format!("/log/{}", trace["id"].as_str().unwrap())).await;
    assert!(page.body.contains("http://localhost:3000/callback<mark>/</mark>"), "{page:?}");
}

#[tokio::test]
async fn too_long_request_is_recorded() {
    let world = World::new().await;
    let long = "x".repeat(9_000);
    world.browser().get(&authorize_with(&[("state", &long)])).await;
    let trace = &traces(&world).await[0];
    assert_eq!(kinds(trace), ["refused_page"]);
    says(trace, "longer than 8 KiB", "Send less", "");
}

#[tokio::test]
async fn forged_form_is_recorded() {
    let world = World::new().await;
    let mut tab = world.browser();
    let page = tab.follow(&authorize("openid")).await;
    tab.post("/u/login", &[("state", &page.input("state")), ("email", ADA), ("password", PASSWORD)]).await;
    let trace = &traces(&world).await[0];
    assert_eq!(kinds(trace).last(), Some(&"form_refused"));
    says(trace, "a page of another origin had sent it", "reads the page first", "");
    assert_eq!(trace["outcome"], "under_way");
}
