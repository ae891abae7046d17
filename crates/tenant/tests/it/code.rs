//! The authorization code flow with PKCE: a code is good once, soon, and for who asked for it.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::Value;
use tenant::GrantType;

use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, Browser, CALLBACK, PASSWORD, START, TRANSFER, World, authorize_with,
    config,
};

/// The example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The client's request, with some parameters replaced, added, or (with an empty value) left out.
pub(crate) fn request(changes: &[(&str, &str)]) -> String {
    let usual = [("response_type", "code"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let is_replaced = |name: &str| changes.iter().any(|(key, _)| *key == name);
    let all: Vec<_> =
        usual.into_iter().filter(|(name, _)| !is_replaced(name)).chain(changes.iter().copied()).collect();
    authorize_with(&all)
}

/// The exchange, changed in the same way.
pub(crate) async fn exchange(browser: &mut Browser, code: &str, changes: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", "riser"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let is_replaced = |name: &str| changes.iter().any(|(key, _)| *key == name);
    let form: Vec<_> = usual
        .into_iter()
        .filter(|(name, _)| !is_replaced(name))
        .chain(changes.iter().copied())
        .filter(|(_, value)| !value.is_empty())
        .collect();
    browser.post("/oauth/token", &form).await
}

pub(crate) fn error(answer: &Answer) -> String {
    let body: Value = answer.json();
    assert!(body["error_description"].as_str().is_some_and(|text| text.len() > 10), "{body}");
    assert!(body.get("access_token").is_none());
    body["error"].as_str().unwrap().to_owned()
}

async fn code(browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    browser.get(&request(changes)).await.query()["code"].clone()
}

#[tokio::test]
async fn code_is_exchanged_for_tokens() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&request(&[])).await;
    let answer = browser.log_in(&page, ADA, PASSWORD).await.query();
    assert_eq!(answer.keys().collect::<Vec<_>>(), ["code", "iss", "state"], "no token in an address");
    assert_eq!(answer["code"].len(), 43, "256 bits");

    world.clock.advance(5);
    // The exchange needs no cookie.
    let tokens = exchange(&mut world.browser(), &answer["code"], &[]).await;
    assert_eq!(tokens.status, StatusCode::OK);
    assert_eq!(tokens.header("cache-control"), "no-store");
    assert_eq!(tokens.header("pragma"), "no-cache");
    let tokens: Value = tokens.json();
    let members: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["access_token", "expires_in", "id_token", "scope", "token_type"],
        "no refresh token"
    );
    assert_eq!((tokens["scope"].as_str(), tokens["token_type"].as_str()), (Some(BALANCE), Some("Bearer")));

    let access = world.verified(tokens["access_token"].as_str().unwrap(), AUDIENCE).await;
    assert_eq!((&access["scope"], &access["auth_time"]), (&BALANCE.into(), &START.into()));
    let id = world.verified(tokens["id_token"].as_str().unwrap(), "riser").await;
    assert_eq!(id["nonce"], "nonce-1");
    assert_eq!((&id["iat"], &id["auth_time"]), (&(START + 5).into(), &START.into()));
    assert!(id["at_hash"].is_string());
    assert!(id.get("amr").is_none() && access.get("amr").is_none());
}

#[tokio::test]
async fn both_tokens_tell_of_second_factor() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let page = browser.follow(&request(&[("scope", TRANSFER)])).await;
    phone.choose(&page.number()).await;
    world.clock.advance(30);
    let answer = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await.query();
    let tokens: Value = exchange(&mut browser, &answer["code"], &[]).await.json();
    for (token, audience) in [("access_token", AUDIENCE), ("id_token", "riser")] {
        let claims = world.verified(tokens[token].as_str().unwrap(), audience).await;
        assert_eq!(claims["amr"], serde_json::json!(["mfa"]), "{token}");
        assert_eq!(claims["acr"], "http://schemas.openid.net/pape/policies/2007/06/multi-factor", "{token}");
        assert_eq!(claims["auth_time"], START + 30, "{token}");
    }
}

#[tokio::test]
async fn payment_is_kept_until_exchange() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let asked = serde_json::json!([{
        "type": "payment_initiation",
        "identifier": "1",
        "instructedAmount": { "currency": "EUR", "amount": "12.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "remittanceInformationUnstructured": "",
    }]);
    let details = asked.to_string();
    let page = browser.follow(&request(&[("scope", TRANSFER), ("authorization_details", &details)])).await;
    phone.choose(&page.number()).await;
    let answer = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await.query();
    assert!(!answer.contains_key("authorization_details"), "they come with the tokens: {answer:?}");
    let tokens: Value = exchange(&mut browser, &answer["code"], &[]).await.json();
    assert_eq!(tokens["authorization_details"], asked);
    let claims = world.verified(tokens["access_token"].as_str().unwrap(), AUDIENCE).await;
    assert_eq!(claims["authorization_details"], asked);
}

/// Proves: code-single-use, tenant-code-theft
#[tokio::test]
async fn code_is_single_use() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let code = code(&mut browser, &[]).await;
    assert_eq!(exchange(&mut browser, &code, &[]).await.status, StatusCode::OK);
    let again = exchange(&mut browser, &code, &[]).await;
    assert_eq!((again.status, error(&again).as_str()), (StatusCode::BAD_REQUEST, "invalid_grant"));
}

/// Proves: code-single-use
#[tokio::test]
async fn one_of_fifty_parallel_exchanges_succeeds() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let code = code(&mut browser, &[]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (mut browser, code) = (world.browser(), code.clone());
        tasks.spawn(async move { exchange(&mut browser, &code, &[]).await.status });
    }
    let all = tasks.join_all().await;
    assert_eq!(all.iter().filter(|status| **status == StatusCode::OK).count(), 1);
}

#[tokio::test]
async fn code_expires_after_minute() {
    for (seconds, status) in [(59, StatusCode::OK), (60, StatusCode::BAD_REQUEST)] {
        let world = World::new().await;
        let mut browser = world.logged_in(ADA).await;
        let code = code(&mut browser, &[]).await;
        world.clock.advance(seconds);
        assert_eq!(exchange(&mut browser, &code, &[]).await.status, status, "{seconds}");
    }
}

/// Proves: tenant-code-theft
#[tokio::test]
async fn wrong_exchange_uses_up_code() {
    let mut two = config();
    let mut other = two.clients[0].clone();
    other.id = "other".to_owned();
    two.clients.push(other);
    for (name, value) in [
        ("client_id", "other"),
        ("redirect_uri", "http://localhost:3000/callback"),
        ("code_verifier", "x"),
        ("code_verifier", CHALLENGE),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"),
    ] {
        let world = World::with(two.clone()).await;
        let mut browser = world.logged_in(ADA).await;
        let code = code(&mut browser, &[]).await;
        let refused = exchange(&mut browser, &code, &[(name, value)]).await;
        assert_eq!(error(&refused), "invalid_grant", "{name}={value}");
        assert!(!refused.body.contains(&code));
        assert_eq!(
            error(&exchange(&mut browser, &code, &[]).await),
            "invalid_grant",
            "{name}={value}: burnt"
        );
    }
}

#[tokio::test]
async fn invalid_exchange_is_refused() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let code = code(&mut browser, &[]).await;
    for (name, value, expected) in [
        ("grant_type", "", "invalid_request"),
        ("grant_type", "refresh_token", "unauthorized_client"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("client_id", "", "invalid_request"),
        ("client_id", "nobody", "invalid_client"),
        ("client_secret", "s", "invalid_client"),
        ("code", "", "invalid_request"),
        ("redirect_uri", "", "invalid_request"),
        ("code_verifier", "", "invalid_request"),
    ] {
        let refused = exchange(&mut browser, &code, &[(name, value)]).await;
        assert_eq!(error(&refused), expected, "{name}={value}");
        let status =
            if expected == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        assert_eq!(refused.status, status, "{name}={value}");
    }
    let twice = exchange(&mut browser, &code, &[("code", &code), ("code", &code)]).await;
    assert_eq!(error(&twice), "invalid_request");
    for (name, value, expected) in [
        ("authorization", "Basic cmlzZXI6", "invalid_client"),
        ("content-type", "application/json", "invalid_request"),
        ("content-type", "text/plain", "invalid_request"),
    ] {
        let mut browser = world.browser();
        browser.headers.insert(name, value.parse().unwrap());
        let refused = exchange(&mut browser, &code, &[]).await;
        assert_eq!(error(&refused), expected, "{name}");
        let challenged = refused.headers.contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenged, name == "authorization", "RFC 6749, 5.2");
    }
    // None of that has cost the code.
    assert_eq!(exchange(&mut browser, &code, &[]).await.status, StatusCode::OK);
}

/// Proves: tenant-code-theft
#[tokio::test]
async fn requires_s256_challenge() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    for (name, value) in [
        ("code_challenge", ""),
        ("code_challenge", "short"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
        ("code_challenge_method", ""),
        ("code_challenge_method", "plain"),
        ("response_mode", "jwt"),
    ] {
        let refused = browser.get(&request(&[(name, value)])).await.query();
        assert_eq!(refused["error"], "invalid_request", "{name}={value}");
        assert_eq!(refused["state"], "state-1");
        assert!(!refused.contains_key("code"));
    }
}

#[tokio::test]
async fn response_mode_fragment_is_honoured() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&request(&[("response_mode", "fragment")])).await.fragment();
    assert!(fragment.contains_key("code") && !fragment.contains_key("access_token"));
    let refused = browser.get(&request(&[("response_mode", "fragment"), ("max_age", "x")])).await.fragment();
    assert_eq!(refused["error"], "invalid_request");
    let query = browser.get(&request(&[("response_mode", "query"), ("nonce", "")])).await.query();
    let tokens: Value = exchange(&mut browser, &query["code"], &[]).await.json();
    let id = world.verified(tokens["id_token"].as_str().unwrap(), "riser").await;
    assert!(id.get("nonce").is_none(), "what was not sent is not made up");
}

#[tokio::test]
async fn implicit_client_cannot_exchange() {
    let mut config = config();
    config.clients[0].grant_types = vec![GrantType::Implicit];
    let refused = exchange(&mut World::with(config).await.browser(), "code", &[]).await;
    assert_eq!((refused.status, error(&refused).as_str()), (StatusCode::BAD_REQUEST, "unauthorized_client"));
}

/// Auth0 takes an object too, and its libraries can be told to send one.
#[tokio::test]
async fn exchange_may_be_json() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let code = code(&mut browser, &[]).await;
    let send = async |body: String| {
        let mut browser = world.browser();
        browser.headers.insert(header::CONTENT_TYPE, "application/json; charset=utf-8".parse().unwrap());
        browser.send(Method::POST, "/oauth/token", Body::from(body)).await
    };
    let good = serde_json::json!({
        "grant_type": "authorization_code", "client_id": "riser", "code": code, "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER, "some_number": 1, "nothing": null,
    });
    let good = good.to_string();
    for (what, body) in [
        ("a list", "[]".to_owned()),
        ("cut", good[..good.len() - 1].to_owned()),
        ("a member twice", good.replacen('{', "{\"client_id\":\"riser\",", 1)),
        ("a number for the code", good.replacen(&format!("\"{code}\""), "17", 1)),
        ("too long", format!("{good}{}", " ".repeat(9_000))),
    ] {
        let refused = send(body).await;
        assert!(!refused.body.contains(&code), "{what}");
        assert_eq!(
            (refused.status, error(&refused).as_str()),
            (StatusCode::BAD_REQUEST, "invalid_request"),
            "{what}"
        );
        assert_eq!(refused.header("vary"), "Origin", "{what}: scripts of the client can read it");
    }
    let tokens: Value = send(good).await.json();
    assert_eq!(tokens["scope"], BALANCE);
}

/// OIDC Core 3.1.2.1: without `openid` it is a request of OAuth.
#[tokio::test]
async fn without_openid_no_id_token_or_userinfo() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let code = code(&mut browser, &[("scope", "view:balance"), ("nonce", "")]).await;
    let tokens: Value = exchange(&mut browser, &code, &[]).await.json();
    assert_eq!((tokens["scope"].as_str(), tokens.get("id_token")), (Some("view:balance"), None));
    let mut api = world.browser();
    let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    api.headers.insert(header::AUTHORIZATION, token.parse().unwrap());
    let refused = api.get("/userinfo").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.header("www-authenticate").contains("error=\"insufficient_scope\""), "{refused:?}");
}

/// Proves: tenant-cors
#[tokio::test]
async fn only_web_origins_may_exchange() {
    let mut with_origins = config();
    with_origins.clients[0].web_origins = Some(vec!["http://localhost:5173".to_owned()]);
    for (config, good, bad) in [
        (config(), "http://localhost:8080", "http://localhost:8081"),
        (with_origins, "http://localhost:5173", "http://localhost:8080"),
    ] {
        let world = World::with(config).await;
        for (origin, allowed) in
            [(good, true), (bad, false), ("null", false), ("https://evil.example", false)]
        {
            let mut browser = world.browser();
            browser.headers.insert(header::ORIGIN, origin.parse().unwrap());
            let preflight = browser.send(Method::OPTIONS, "/oauth/token", Body::empty()).await;
            assert_eq!(preflight.status, StatusCode::NO_CONTENT);
            assert_eq!(preflight.header("access-control-allow-methods"), "GET, POST");
            assert!(preflight.header("access-control-allow-headers").contains("Content-Type, Auth0-Client"));
            let refused = browser.post("/oauth/token", &[]).await;
            for answer in [preflight, refused] {
                let told = answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
                assert_eq!(told.map(|told| told == origin), allowed.then_some(true), "{origin}: {answer:?}");
                assert_eq!(answer.header("vary"), "Origin");
            }
        }
    }
}

/// RFC 8252, 7.1.
/// Proves: native-redirect-uris
#[tokio::test]
async fn native_app_gets_code_at_its_scheme() {
    for uri in ["com.example.app:/callback", "com.example.app://callback", "myapp://callback"] {
        let mut config = config();
        config.clients[0].redirect_uris = vec![uri.to_owned()];
        config.clients[0].post_logout_redirect_uris = vec![uri.to_owned()];
        let world = World::with(config).await;
        let mut browser = world.browser();
        let page = browser.follow(&request(&[("redirect_uri", uri)])).await;
        let scheme = uri.split(':').next().unwrap();
        let policy = page.header("content-security-policy");
        assert!(policy.contains(&format!("form-action 'self' http: https: {scheme}:;")), "{policy}");
        let location = browser.log_in(&page, ADA, PASSWORD).await.location();
        let query = location.strip_prefix(&format!("{uri}?")).unwrap_or_else(|| panic!("{location}"));
        let answer: std::collections::BTreeMap<_, _> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let tokens: Value = exchange(&mut browser, &answer["code"], &[("redirect_uri", uri)]).await.json();
        assert!(tokens["access_token"].is_string(), "{tokens}");
        for (mode, named) in [("form_post", "form_post"), ("web_message", "web_message")] {
            let page = browser.get(&request(&[("redirect_uri", uri), ("response_mode", mode)])).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
            assert!(page.body.contains(named), "{page:?}");
        }
        let out = format!(
            "/oidc/logout?{}",
            crate::harness::encode([("client_id", "riser"), ("post_logout_redirect_uri", uri)])
        );
        let page = browser.get(&out).await;
        assert_eq!(browser.answers_log_out(&page, &[]).await.location(), uri);
    }
}

/// A redirect URI may have a query of its own, which stays (RFC 6749, 3.1.2).
#[tokio::test]
async fn query_of_redirect_uri_is_kept() {
    let with_query = format!("{CALLBACK}?from=bank");
    let mut config = config();
    config.clients[0].redirect_uris.push(with_query.clone());
    let mut browser = World::with(config).await.browser();
    let answer = browser.get(&request(&[("redirect_uri", &with_query), ("prompt", "none")])).await;
    assert!(answer.location().starts_with(&format!("{with_query}&error=login_required&")), "{answer:?}");
}
