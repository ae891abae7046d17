//! The ways in which an answer gets to the client, beside the redirect.

use axum::http::StatusCode;
use serde_json::json;

use crate::harness::{ADA, BALANCE, CALLBACK, PASSWORD, TRANSFER, World, authorize_with, config};

const CODE: [(&str, &str); 3] = [
    ("response_type", "code"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

/// Proves: tenant-markup
#[tokio::test]
async fn form_post_posts_to_redirect_uri() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize_with(&[("response_mode", "form_post"), ("state", "\"<&'>")])).await;
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    let (action, form) = answer.form();
    assert_eq!(action, CALLBACK);
    assert_eq!(form["state"], "\"<&'>");
    assert_eq!((form["token_type"].as_str(), form["expires_in"].as_str()), ("Bearer", "7200"));
    world.verified(&form["id_token"], "riser").await;
    // A strict policy: our script, one target, no frame; and a button for who has no scripts.
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("script-src 'self'; img-src 'self'; form-action http: https:; "), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body.contains("<button type=\"submit\""));
    assert!(answer.body.contains("<script src=\"/assets/form_post.js\" defer></script>"));
    assert!(browser.get("/assets/form_post.js").await.body.contains("submit()"));
    // And for a code, and for an error.
    let mut changes = CODE.to_vec();
    changes.push(("response_mode", "form_post"));
    assert!(browser.get(&authorize_with(&changes)).await.form().1.contains_key("code"));
    changes.push(("max_age", "x"));
    assert_eq!(browser.get(&authorize_with(&changes)).await.form().1["error"], "invalid_request");
}

/// Proves: tenant-web-message
#[tokio::test]
async fn web_message_goes_to_client_origin_only() {
    let world = World::new().await;
    let silent = [("response_mode", "web_message"), ("prompt", "none")];
    let refused = world.browser().get(&authorize_with(&silent)).await;
    assert_eq!(refused.message()["error"], "login_required");
    assert_eq!(refused.message()["state"], "state-1");

    let mut browser = world.logged_in(ADA).await;
    let answer = browser.get(&authorize_with(&silent)).await;
    let message = answer.message();
    assert_eq!((&message["expires_in"], &message["scope"]), (&json!(7200), &json!(BALANCE)));
    world.verified(message["id_token"].as_str().unwrap(), "riser").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors http://localhost:8080"), "{policy}");
    assert!(!answer.headers.contains_key("x-frame-options"), "it would keep the client out too");
    assert!(browser.get("/assets/web_message.js").await.body.contains("}, origin);"), "never to \"*\"");

    let mut changes = CODE.to_vec();
    changes.extend(silent);
    assert!(browser.get(&authorize_with(&changes)).await.message()["code"].is_string());
    let step_up = [("response_mode", "web_message"), ("prompt", "none"), ("scope", TRANSFER)];
    assert_eq!(browser.get(&authorize_with(&step_up)).await.message()["error"], "login_required");
}

#[tokio::test]
async fn web_message_popup_allows_log_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize_with(&[("response_mode", "web_message")])).await;
    assert_eq!(page.header("x-frame-options"), "DENY", "nobody frames the log-in page");
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    assert!(answer.message()["access_token"].is_string());
}

/// Proves: tenant-web-message
#[tokio::test]
async fn web_message_needs_registered_origin() {
    let mut config = config();
    config.clients[0].web_origins = Some(vec!["http://localhost:3000".to_owned()]);
    let world = World::with(config).await;
    let mut browser = world.logged_in(ADA).await;
    let answer = browser.get(&authorize_with(&[("response_mode", "web_message"), ("prompt", "none")])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("not among the web_origins of Riser"), "{answer:?}");
    assert!(!answer.body.contains("data-response"));
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn web_message_payment_is_json() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let details = json!([{
        "type": "payment_initiation",
        "identifier": "1",
        "instructedAmount": { "currency": "EUR", "amount": "12.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "remittanceInformationUnstructured": "",
    }]);
    let text = details.to_string();
    let request = [("response_mode", "web_message"), ("scope", TRANSFER), ("authorization_details", &text)];
    let page = browser.follow(&authorize_with(&request)).await;
    phone.choose(&page.number()).await;
    let answer = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await;
    assert_eq!(answer.message()["authorization_details"], details);
}

#[tokio::test]
async fn token_alone_needs_no_nonce_or_openid() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let request = [("response_type", "token"), ("nonce", ""), ("scope", "view:balance")];
    let fragment = browser.get(&authorize_with(&request)).await.fragment();
    assert!(fragment.contains_key("access_token") && !fragment.contains_key("id_token"));
    assert_eq!(fragment["scope"], "view:balance");
}
