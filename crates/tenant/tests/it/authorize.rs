//! The whole log-in, and the tokens that come out of it.

use aws_lc_rs::digest;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::harness::{
    ADA, AUDIENCE, BALANCE, BEN, ISSUER, PASSWORD, START, TRANSFER, World, authorize, authorize_with, config,
};

#[tokio::test]
async fn log_in_returns_tokens_in_fragment() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let fragment = browser.log_in(&page, ADA, PASSWORD).await.fragment();
    assert_eq!(fragment["token_type"], "Bearer");
    assert_eq!(fragment["expires_in"], "7200");
    assert_eq!(fragment["scope"], BALANCE);
    assert_eq!(fragment["state"], "state-1");

    let access = world.verified(&fragment["access_token"], AUDIENCE).await;
    assert_eq!(access["iss"], ISSUER);
    assert_eq!(access["sub"], "auth0|1001");
    assert_eq!(access["aud"], json!([AUDIENCE, "http://localhost:8090/userinfo"]));
    assert_eq!(access["azp"], "riser");
    assert_eq!(access["scope"], BALANCE);
    assert_eq!((&access["iat"], &access["exp"]), (&json!(START), &json!(START + 7_200)));
    assert!(access["jti"].as_str().is_some_and(|jti| jti.len() == 22));

    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!(id["sub"], "auth0|1001");
    assert_eq!(id["aud"], "riser");
    assert_eq!(id["nonce"], "nonce-1");
    assert_eq!((&id["iat"], &id["exp"]), (&json!(START), &json!(START + 36_000)));
    assert_eq!(id["auth_time"], START);
    assert!(id["sid"].is_string());
    assert_eq!(id["at_hash"], at_hash(&fragment["access_token"]));
    // As Auth0 after a password alone; and nothing that was not asked for.
    for claim in ["amr", "acr", "name", "email"] {
        assert!(id.get(claim).is_none(), "{claim}");
    }
}

#[tokio::test]
async fn token_header_is_as_at_auth0() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let token = browser.get(&authorize(BALANCE)).await.fragment()["access_token"].clone();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert!(header.kid.is_some());
}

#[tokio::test]
async fn id_token_alone_has_no_at_hash() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize_with(&[("response_type", "id_token")])).await.fragment();
    assert!(!fragment.contains_key("access_token") && !fragment.contains_key("token_type"));
    assert_eq!(fragment["scope"], BALANCE);
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert!(id.get("at_hash").is_none());
}

#[tokio::test]
async fn response_type_values_have_no_order() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let fragment = browser.get(&authorize_with(&[("response_type", "token id_token")])).await.fragment();
    assert!(fragment.contains_key("access_token") && fragment.contains_key("id_token"));
}

#[tokio::test]
async fn drops_unknown_and_repeated_scopes() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let answer = browser.get(&authorize("openid view:balance openid offline_access admin:all")).await;
    assert_eq!(answer.fragment()["scope"], BALANCE);
}

#[tokio::test]
async fn without_audience_token_is_for_userinfo() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize_with(&[("audience", ""), ("scope", TRANSFER)])).await.fragment();
    assert_eq!(fragment["scope"], "openid");
    let access = world.verified(&fragment["access_token"], "http://localhost:8090/userinfo").await;
    assert_eq!(access["aud"], json!(["http://localhost:8090/userinfo"]));
}

#[tokio::test]
async fn profile_and_email_add_claims() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize("openid profile email")).await.fragment();
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!((&id["name"], &id["email"]), (&json!("Ada Example"), &json!(ADA)));
}

#[tokio::test]
async fn permissions_limit_granted_scope() {
    let mut config = config();
    config.customers[1].permissions = Some(vec!["view:balance".to_owned()]);
    let world = World::with(config).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(TRANSFER)).await;
    let fragment = browser.log_in(&page, BEN, PASSWORD).await.fragment();
    assert_eq!(fragment["scope"], BALANCE);
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert!(id.get("amr").is_none());
    // A second attempt ends in the same way and not in a loop.
    assert_eq!(browser.get(&authorize(TRANSFER)).await.fragment()["scope"], BALANCE);
}

#[tokio::test]
async fn post_equals_get() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let query = authorize(BALANCE);
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.post("/authorize", &form).await;
    let answer = browser.get(&answer.location()).await;
    assert_eq!(answer.fragment()["scope"], BALANCE);
}

#[tokio::test]
async fn state_is_echoed() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let state = "a b+c&d=é#%\"<>";
    let answer = browser.get(&authorize_with(&[("state", state)])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.fragment()["state"], state);
}

fn at_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, token.as_bytes()).as_ref()[..16])
}

/// Node's `fetch` says `sec-fetch-mode: cors` and nothing else; other programs copy other parts of what browsers say.
/// Proves: fetch-metadata
#[tokio::test]
async fn partial_fetch_metadata_is_accepted() {
    let world = World::new().await;
    for headers in [
        vec![("sec-fetch-mode", "cors")],
        vec![("sec-fetch-mode", "no-cors")],
        vec![("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        vec![("sec-fetch-site", "none")],
        vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")],
        vec![("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "empty")],
        vec![("sec-fetch-dest", "empty")],
        vec![("sec-fetch-user", "?1")],
    ] {
        let mut program = world.browser();
        for (name, value) in &headers {
            program.headers.insert(*name, value.parse().unwrap());
        }
        let page = program.follow(&authorize(BALANCE)).await;
        let answer = program.log_in(&page, ADA, PASSWORD).await;
        if !headers.contains(&("sec-fetch-site", "cross-site")) {
            assert!(answer.fragment().contains_key("access_token"), "{headers:?}: {answer:?}");
        }
    }
}
