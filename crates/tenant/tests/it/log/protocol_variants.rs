//! What the log tells of the further ways to ask and to be answered: response modes, hints, frames, JSON, grant types.

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use tenant::GrantType;

use super::{kinds, says, traces};
use crate::harness::{ADA, BEN, CALLBACK, PASSWORD, World, authorize_with, config};

#[tokio::test]
async fn response_mode_and_parameter_names_are_recorded() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    for mode in ["fragment", "form_post", "web_message"] {
        let answer = tab.get(&authorize_with(&[("response_mode", mode), ("state", "a-state-of-mine")])).await;
        let trace = &traces(&world).await[0];
        let redirect = trace["events"].as_array().unwrap().last().unwrap();
        assert_eq!((&redirect["event"], &redirect["mode"]), (&json!("redirect"), &json!(mode)));
        let carried = redirect["parameters"].as_array().unwrap();
        assert!(carried.contains(&json!("id_token")) && carried.contains(&json!("state")), "{redirect}");
        assert_eq!(trace["outcome"], "finished");
        assert!(!trace.to_string().contains("a-state-of-mine") && !trace.to_string().contains("eyJ"));
        assert_eq!(answer.body.contains("a-state-of-mine"), mode != "fragment", "that one is in the address");
    }
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn foreign_web_message_origin_has_advice() {
    let mut config = config();
    config.clients[0].web_origins = Some(Vec::new());
    let world = World::with(config).await;
    world.browser().get(&authorize_with(&[("response_mode", "web_message")])).await;
    let trace = &traces(&world).await[0];
    assert_eq!(trace["outcome"], "refused");
    says(
        trace,
        "is not among the web_origins",
        "to the client's web_origins",
        "OAuth 2.0 Multiple Response Type Encoding Practices",
    );
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn foreign_id_token_hint_is_recorded() {
    let world = World::new().await;
    let hint = world.logged_in(ADA).await.get(&authorize_with(&[])).await.fragment()["id_token"].clone();
    let mut ben = world.logged_in(BEN).await;
    ben.get(&authorize_with(&[("id_token_hint", &hint), ("prompt", "none")])).await;
    let trace = &traces(&world).await[0];
    says(
        trace,
        "id_token_hint asks for another customer",
        "without prompt=none",
        "OpenID Connect Core, 3.1.2.6",
    );

    let page = ben.follow(&authorize_with(&[("id_token_hint", &hint)])).await;
    ben.log_in(&page, BEN, PASSWORD).await;
    let trace = &traces(&world).await[0];
    assert_eq!(trace["events"].as_array().unwrap().last().unwrap()["outcome"], "somebody_else");
    says(trace, "The password is right", "whom the ID token names", "");
    assert!(!trace.to_string().contains("eyJ"), "{trace}");

    ben.get(&authorize_with(&[("id_token_hint", "nonsense")])).await;
    says(
        &traces(&world).await[0],
        "is no ID token that was made here",
        "signed for this client",
        "OpenID Connect Core, 3.1.2.1",
    );
}

#[tokio::test]
async fn framed_request_has_advice() {
    let world = World::new().await;
    for prompt in ["", "login"] {
        let mut frame = world.browser();
        frame.headers.insert("sec-fetch-dest", "iframe".parse().unwrap());
        frame.get(&authorize_with(&[("prompt", prompt)])).await;
        let trace = &traces(&world).await[0];
        assert_eq!(trace["error"], "login_required");
        says(trace, "came from a frame", "the whole window", "OpenID Connect Core, 3.1.2.6");
    }
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn unregistered_grant_type_has_advice() {
    let mut config = config();
    config.clients[0].grant_types = vec![GrantType::Implicit];
    let world = World::with(config).await;
    let code = [
        ("response_type", "code"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    world.browser().get(&authorize_with(&code)).await;
    says(&traces(&world).await[0], "do not name authorization_code", "grant type", "RFC 6749, 4.1.2.1");
    let exchange = [("grant_type", "authorization_code"), ("client_id", "riser"), ("code", "x")];
    world.browser().post("/oauth/token", &exchange).await;
    says(
        &traces(&world).await[0],
        "do not name authorization_code",
        "Add \"authorization_code\"",
        "RFC 6749, 5.2",
    );
}

#[tokio::test]
async fn json_exchange_is_recorded_like_form() {
    let world = World::new().await;
    let verifier = "a-verifier-that-is-not-the-right-one-for-it";
    for (exchange, why) in [
        (
            json!({"grant_type": "authorization_code", "client_id": "riser", "redirect_uri": CALLBACK,
                   "code": "a-code-of-nobody", "code_verifier": verifier}),
            "remembers no such code",
        ),
        (json!({"client_id": "riser"}), "There were: client_id."),
        (json!({"code": 1}), "none that could be read"),
    ] {
        let mut client = world.browser();
        client.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        client.send(Method::POST, "/oauth/token", Body::from(exchange.to_string())).await;
        let trace = &traces(&world).await[0];
        assert_eq!(kinds(trace), ["request", "token_refused"]);
        assert!(super::advice(trace)["why"].as_str().unwrap().contains(why), "{trace}");
        assert!(!trace.to_string().contains(verifier) && !trace.to_string().contains("a-code-of-nobody"));
    }
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn userinfo_error_is_named() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let of_oauth = [("response_type", "token"), ("scope", "view:balance")];
    let token = tab.get(&authorize_with(&of_oauth)).await.fragment()["access_token"].clone();
    let posted = ("access_token", token.as_str());
    for (form, error, why) in [
        (vec![posted], "insufficient_scope", "without the scope openid"),
        (vec![posted, posted], "invalid_request", "stands more than once"),
    ] {
        world.browser().post("/userinfo", &form).await;
        let trace = &traces(&world).await[0];
        let refused: &Value = &trace["events"][0]["refused"];
        assert_eq!((&trace["error"], &refused["error"]), (&json!(error), &json!(error)));
        assert!(super::advice(trace)["why"].as_str().unwrap().contains(why), "{trace}");
    }
}
