//! Refresh tokens: granted where client and API allow it, good once, and never for what takes a second factor.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use tenant::{Action, ActionKind, Config, GrantType, RefreshTokenPolicy};

use crate::code::{error, exchange, request};
use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, BEN, Browser, CALLBACK, PASSWORD, START, World, config,
};
use crate::log::{says, traces};

pub(crate) const OFFLINE: &str = "openid email view:balance offline_access";
const DAY: u64 = 86_400;

/// A tenant whose client and API allow refresh tokens.
pub(crate) fn offline() -> Config {
    let mut config = config();
    config.clients[0].grant_types.push(GrantType::RefreshToken);
    config.apis[0].allow_offline_access = true;
    config
}

fn with_policy(policy: RefreshTokenPolicy) -> Config {
    let mut config = offline();
    config.clients[0].refresh_token = policy;
    config
}

/// Ada's browser, and the tokens that the code flow brings for these scopes.
pub(crate) async fn tokens(world: &World, scope: &str) -> (Browser, Value) {
    let mut browser = world.logged_in(ADA).await;
    let tokens = tokens_of(&mut browser, scope).await;
    (browser, tokens)
}

async fn tokens_of(browser: &mut Browser, scope: &str) -> Value {
    let code = browser.get(&request(&[("scope", scope)])).await.query()["code"].clone();
    exchange(browser, &code, &[]).await.json()
}

pub(crate) fn token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("no refresh token: {tokens}")).to_owned()
}

/// Exchanges a refresh token as a program does: without cookies.
pub(crate) async fn refresh(world: &World, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "refresh_token"), ("client_id", "riser"), ("refresh_token", token)];
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    form.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    world.browser().post("/oauth/token", &form).await
}

async fn is_refused(world: &World, token: &str, why: &str) {
    let answer = refresh(world, token, &[]).await;
    let body: Value = answer.json();
    let said = json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." });
    assert_eq!((answer.status, body), (StatusCode::BAD_REQUEST, said), "auth0-spa-js looks for these words");
    let log = traces(world).await[0].to_string();
    assert!(log.contains(why), "{why}: {log}");
}

/// Proves: refresh-token-rotation
#[tokio::test]
async fn exchange_brings_new_tokens_and_the_next_refresh_token() {
    let world = World::with(offline()).await;
    let (_, first) = tokens(&world, OFFLINE).await;
    assert_eq!(first["scope"], OFFLINE);
    let before = world.verified(first["id_token"].as_str().unwrap(), "riser").await;
    world.clock.advance(8_000);
    let answer = refresh(&world, &token(&first), &[]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    let second: Value = answer.json();
    assert_eq!((&second["scope"], &second["expires_in"]), (&OFFLINE.into(), &7_200.into()));
    assert_ne!(token(&first), token(&second));
    let access = world.verified(second["access_token"].as_str().unwrap(), AUDIENCE).await;
    assert_eq!((&access["scope"], &access["auth_time"]), (&OFFLINE.into(), &START.into()));
    assert_eq!((&access["iat"], &access["sub"]), (&(START + 8_000).into(), &"auth0|1001".into()));
    // OIDC Core 12.2.
    let id = world.verified(second["id_token"].as_str().unwrap(), "riser").await;
    for claim in ["iss", "sub", "aud", "auth_time", "sid", "email"] {
        assert_eq!(id[claim], before[claim], "{claim}");
    }
    assert!(id.get("nonce").is_none() && id["at_hash"].is_string());
    let third: Value = refresh(&world, &token(&second), &[]).await.json();
    assert_ne!(token(&third), token(&second));
    // The customer need not be there, nor a session.
    world.clock.advance(10 * DAY);
    assert_eq!(refresh(&world, &token(&third), &[]).await.status, StatusCode::OK);
    let trace = &traces(&world).await[0];
    let events: Vec<&str> =
        trace["events"].as_array().unwrap().iter().filter_map(|it| it["event"].as_str()).collect();
    assert_eq!(events, ["request", "granted", "refresh_token", "token_issued", "token_issued"]);
    assert_eq!((&trace["outcome"], &trace["customer"]["name"]), (&"finished".into(), &"Ada Example".into()));
}

/// RFC 9700, 4.14.2.
/// Proves: refresh-token-reuse
#[tokio::test]
async fn token_used_twice_ends_its_family() {
    let world = World::with(offline()).await;
    let (mut browser, first) = tokens(&world, OFFLINE).await;
    let other = tokens_of(&mut browser, OFFLINE).await;
    let second: Value = refresh(&world, &token(&first), &[]).await.json();
    is_refused(&world, &token(&first), "It was used before").await;
    says(&traces(&world).await[0], "somebody may have taken it", "has to log in again", "RFC 9700, 4.14.2");
    is_refused(&world, &token(&second), "one of the same log-in was used twice").await;
    // Another log-in's are as good as before.
    assert_eq!(refresh(&world, &token(&other), &[]).await.status, StatusCode::OK);
    let log = Value::from(traces(&world).await).to_string();
    for tokens in [&first, &second, &other] {
        let token = token(tokens);
        assert!(token.split('.').all(|part| !log.contains(part)), "the log holds a part of a token");
    }
}

/// Proves: refresh-token-reuse
#[tokio::test]
async fn one_of_fifty_parallel_exchanges_succeeds() {
    let world = World::with(offline()).await;
    let first = token(&tokens(&world, OFFLINE).await.1);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (mut program, first) = (world.browser(), first.clone());
        tasks.spawn(async move {
            let form =
                [("grant_type", "refresh_token"), ("client_id", "riser"), ("refresh_token", first.as_str())];
            program.post("/oauth/token", &form).await.status
        });
    }
    let all = tasks.join_all().await;
    assert_eq!(all.iter().filter(|status| **status == StatusCode::OK).count(), 1);
}

/// Proves: refresh-token-leeway
#[tokio::test]
async fn within_leeway_a_token_may_come_again() {
    let world = World::with(with_policy(RefreshTokenPolicy { leeway: 10, ..Default::default() })).await;
    let first = token(&tokens(&world, OFFLINE).await.1);
    let lost: Value = refresh(&world, &first, &[]).await.json();
    world.clock.advance(10);
    let again: Value = refresh(&world, &first, &[]).await.json();
    // One of the two goes on. Whoever holds the other has taken it.
    let next: Value = refresh(&world, &token(&again), &[]).await.json();
    world.clock.advance(11);
    is_refused(&world, &token(&lost), "It was used before").await;
    is_refused(&world, &token(&next), "one of the same log-in was used twice").await;

    let first = token(&tokens(&world, OFFLINE).await.1);
    refresh(&world, &first, &[]).await;
    world.clock.advance(11);
    is_refused(&world, &first, "It was used before").await;
}

/// Proves: refresh-token-lifetimes
#[tokio::test]
async fn lifetimes_end_a_family() {
    let policy = RefreshTokenPolicy { lifetime: 10 * DAY, idle_lifetime: 3 * DAY, ..Default::default() };
    let world = World::with(with_policy(policy)).await;
    let mut now = token(&tokens(&world, OFFLINE).await.1);
    for _ in 0..3 {
        world.clock.advance(3 * DAY - 1);
        now = token(&refresh(&world, &now, &[]).await.json());
    }
    world.clock.advance(DAY + 3);
    is_refused(&world, &now, "It expired at").await;
    let unused = token(&tokens(&world, OFFLINE).await.1);
    world.clock.advance(3 * DAY);
    is_refused(&world, &unused, "longer ago than idle_lifetime").await;
}

/// Proves: refresh-token-scopes
#[tokio::test]
async fn scope_can_only_be_narrowed() {
    let mut config = offline();
    let api = config.apis[0].clone();
    config.apis.push(tenant::Api { identifier: "https://other".to_owned(), ..api });
    let world = World::with(config).await;
    let (_, first) = tokens(&world, OFFLINE).await;
    let narrow: Value = refresh(&world, &token(&first), &[("scope", "view:balance")]).await.json();
    assert_eq!(narrow["scope"], "view:balance");
    assert!(narrow.get("id_token").is_none(), "there is no openid in it");
    // The refresh token stays good for all of it. What was never granted is left out, as at Auth0.
    let beyond = [("scope", "openid view:balance profile transfer:funds admin:all"), ("audience", AUDIENCE)];
    let next: Value = refresh(&world, &token(&narrow), &beyond).await.json();
    assert_eq!(next["scope"], BALANCE);
    let log = traces(&world).await[0].to_string();
    assert!(log.contains("It was not granted with this refresh token."), "{log}");
    for (name, value, code) in [
        ("scope", "transfer:funds", "invalid_scope"),
        ("scope", "profile nothing", "invalid_scope"),
        ("audience", "https://other", "invalid_target"),
    ] {
        let refused = refresh(&world, &token(&next), &[(name, value)]).await;
        assert_eq!((refused.status, error(&refused).as_str()), (StatusCode::BAD_REQUEST, code), "{value}");
    }
    // None of that has cost the token.
    let all: Value = refresh(&world, &token(&next), &[]).await.json();
    assert_eq!(all["scope"], OFFLINE);
}

/// One factor would be good for any number of transfers.
/// Proves: refresh-token-no-step-up
#[tokio::test]
async fn step_up_has_no_refresh_token() {
    let world = World::with(offline()).await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let details = json!([{
        "type": "payment_initiation",
        "identifier": "1",
        "instructedAmount": { "currency": "EUR", "amount": "12.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "remittanceInformationUnstructured": "",
    }])
    .to_string();
    for payment in ["", details.as_str()] {
        let asked = [("scope", "openid transfer:funds offline_access"), ("authorization_details", payment)];
        let page = browser.follow(&request(&asked)).await;
        phone.choose(&page.number()).await;
        let answer = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await.query();
        let tokens: Value = exchange(&mut browser, &answer["code"], &[]).await.json();
        assert_eq!(tokens["scope"], "openid transfer:funds");
        assert!(tokens.get("refresh_token").is_none(), "{tokens}");
        let log = traces(&world).await[0].to_string();
        assert!(log.contains("a refresh token would give it without one"), "{log}");
    }
}

/// Where scripts alone decide what takes a second factor, they decide anew at each exchange.
/// Proves: refresh-token-no-step-up
#[tokio::test]
async fn tokens_of_an_exchange_tell_of_no_second_factor() {
    let mut config = offline();
    config.apis[0].step_up_scopes.clear();
    let world = World::with(config).await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let multi_factor = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
    let page = browser.follow(&request(&[("scope", OFFLINE), ("acr_values", multi_factor)])).await;
    phone.choose(&page.number()).await;
    let answer = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await.query();
    let first: Value = exchange(&mut browser, &answer["code"], &[]).await.json();
    let claims = world.verified(first["access_token"].as_str().unwrap(), AUDIENCE).await;
    assert_eq!(claims["acr"], multi_factor);
    let next: Value = refresh(&world, &token(&first), &[]).await.json();
    for (name, audience) in [("access_token", AUDIENCE), ("id_token", "riser")] {
        let claims = world.verified(next[name].as_str().unwrap(), audience).await;
        assert!(claims.get("acr").is_none() && claims.get("amr").is_none(), "{claims}");
    }
}

/// Proves: refresh-token-scripts
#[tokio::test]
async fn scripts_decide_on_each_exchange() {
    let code = "exports.onExecutePostLogin = async (event, api) => {
        if (event.transaction.protocol !== 'oauth2-refresh-token') return;
        api.accessToken.setCustomClaim('told', {
            method: event.request.method, body: event.request.body, query: event.request.query,
            token: event.refresh_token, methods: event.authentication.methods.map((it) => it.name),
            scopes: event.transaction.requested_scopes,
        });
        if (event.user.app_metadata.blocked) api.access.deny('Blocked by the bank.');
        if (event.transaction.requested_scopes.includes('email')) api.multifactor.enable('any');
        api.accessToken.addScope('transfer:funds');
        api.accessToken.addScope('offline_access');
        api.accessToken.removeScope('view:balance');
    };";
    let action = |code: &str| Action {
        name: "My Action".to_owned(),
        kind: ActionKind::PostLogin,
        file: None,
        code: Some(code.to_owned()),
        secrets: BTreeMap::new(),
    };
    let mut config = offline();
    config.apis[0].step_up_scopes.clear();
    config.actions = vec![action(code)];
    config.customers[1].app_metadata.insert("blocked".to_owned(), true.into());
    let world = World::with(config.clone()).await;
    let (_, first) = tokens(&world, OFFLINE).await;
    let refused = refresh(&world, &token(&first), &[]).await;
    assert_eq!((refused.status, error(&refused).as_str()), (StatusCode::FORBIDDEN, "mfa_required"));
    // It is still good, for something that the script leaves alone.
    let next: Value = refresh(&world, &token(&first), &[("scope", BALANCE)]).await.json();
    assert_eq!(
        next["scope"], "openid transfer:funds",
        "the script's word is the last, where it alone decides"
    );
    let claims = world.verified(next["access_token"].as_str().unwrap(), AUDIENCE).await;
    let told = &claims["told"];
    assert_eq!((&told["method"], &told["query"]), (&"POST".into(), &json!({})));
    let body = json!({ "grant_type": "refresh_token", "client_id": "riser", "scope": BALANCE });
    assert_eq!(told["body"], body, "no token is told to a script");
    assert_eq!(told["scopes"], json!(["openid", "view:balance"]));
    assert_eq!(told["methods"], json!(["pwd"]));
    assert_eq!(told["token"]["client_id"], "riser");
    assert_eq!(told["token"]["created_at"], "2025-10-09T08:53:20Z");

    let mut ben = world.logged_in(BEN).await;
    let refused = refresh(&world, &token(&tokens_of(&mut ben, BALANCE_OFFLINE).await), &[]).await;
    assert_eq!((refused.status, error(&refused).as_str()), (StatusCode::FORBIDDEN, "access_denied"));
    assert_eq!(refused.json::<Value>()["error_description"], "Blocked by the bank.");

    // There is no browser that could be sent anywhere.
    let away = "exports.onExecutePostLogin = async (event, api) => {
        if (event.refresh_token) api.redirect.sendUserTo('https://elsewhere.example/');
    };";
    let world = World::with(Config { actions: vec![action(away)], ..offline() }).await;
    let refused = refresh(&world, &token(&tokens(&world, OFFLINE).await.1), &[]).await;
    assert_eq!((refused.status, error(&refused).as_str()), (StatusCode::FORBIDDEN, "interaction_required"));

    // A scope that takes a second factor takes it, whatever a script adds.
    config.apis[0].step_up_scopes = vec!["transfer:funds".to_owned()];
    let world = World::with(config).await;
    let (_, first) = tokens(&world, OFFLINE).await;
    let refused = refresh(&world, &token(&first), &[("scope", BALANCE)]).await;
    assert_eq!(error(&refused), "mfa_required");
}

const BALANCE_OFFLINE: &str = "openid view:balance offline_access";

/// What is missing is said in the log, and nothing is granted.
/// Proves: refresh-token-consent
#[tokio::test]
async fn client_and_api_have_to_allow_offline_access() {
    let (mut client, mut api, mut script) = (offline(), offline(), offline());
    client.clients[0].grant_types = GrantType::interactive();
    api.apis[0].allow_offline_access = false;
    script.actions = vec![Action {
        name: "Fewer".to_owned(),
        kind: ActionKind::PostLogin,
        file: None,
        code: Some("exports.onExecutePostLogin = async (event, api) => api.accessToken.removeScope('offline_access');".to_owned()),
        secrets: BTreeMap::new(),
    }];
    for (config, why) in [
        (client, "The grant_types of Riser do not name refresh_token."),
        (api, "does not have allow_offline_access = true"),
        (script, "A script took it away."),
    ] {
        let world = World::with(config).await;
        let (_, tokens) = tokens(&world, BALANCE_OFFLINE).await;
        assert_eq!(tokens["scope"], BALANCE);
        assert!(tokens.get("refresh_token").is_none(), "{tokens}");
        let log = traces(&world).await[0].to_string();
        assert!(log.contains(why), "{log}");
    }
    let world = World::with(offline()).await;
    let mut browser = world.logged_in(ADA).await;
    let implicit = crate::harness::authorize(BALANCE_OFFLINE);
    let answer = browser.get(&implicit).await.fragment();
    assert_eq!(answer["scope"], BALANCE, "an address brings none");
    // Without an API it is for the userinfo endpoint.
    let code = browser.get(&request(&[("scope", "openid offline_access"), ("audience", "")])).await.query();
    let tokens: Value = exchange(&mut browser, &code["code"], &[]).await.json();
    let next: Value = refresh(&world, &token(&tokens), &[]).await.json();
    let mut api = world.browser();
    let bearer = format!("Bearer {}", next["access_token"].as_str().unwrap());
    api.headers.insert(header::AUTHORIZATION, bearer.parse().unwrap());
    assert_eq!(api.get("/userinfo").await.json::<Value>()["sub"], "auth0|1001");
}

/// Proves: refresh-token-bound
#[tokio::test]
async fn token_is_good_for_its_client_alone() {
    let mut config = offline();
    let mut other = config.clients[0].clone();
    other.id = "other".to_owned();
    config.clients.push(other);
    let mut bare = config.clients[0].clone();
    bare.id = "bare".to_owned();
    bare.grant_types = GrantType::interactive();
    config.clients.push(bare);
    let world = World::with(config).await;
    let first = token(&tokens(&world, OFFLINE).await.1);
    for (client, code) in
        [("other", "invalid_grant"), ("bare", "unauthorized_client"), ("nobody", "invalid_client")]
    {
        assert_eq!(error(&refresh(&world, &first, &[("client_id", client)]).await), code, "{client}");
    }
    for (name, code) in [("refresh_token", "invalid_request"), ("client_id", "invalid_request")] {
        assert_eq!(error(&refresh(&world, &first, &[(name, "")]).await), code, "{name}");
    }
    assert_eq!(error(&refresh(&world, &first, &[("refresh_token", "made.up")]).await), "invalid_grant");
    assert_eq!(error(&refresh(&world, &first, &[("refresh_token", "nonsense")]).await), "invalid_grant");
    assert_eq!(refresh(&world, &first, &[]).await.status, StatusCode::OK, "none of that has cost it");
}

/// RFC 6749, 4.1.2.
/// Proves: refresh-token-code-reuse
#[tokio::test]
async fn code_sent_again_ends_the_family() {
    let world = World::with(offline()).await;
    let mut browser = world.logged_in(ADA).await;
    let code = browser.get(&request(&[("scope", OFFLINE)])).await.query()["code"].clone();
    let first: Value = exchange(&mut browser, &code, &[]).await.json();
    assert_eq!(error(&exchange(&mut browser, &code, &[]).await), "invalid_grant");
    is_refused(&world, &token(&first), "its code was sent again").await;
}

/// As Auth0 and OpenID Connect have it, a log-out ends the session and not what was granted beyond it.
/// Proves: refresh-token-ends
#[tokio::test]
async fn log_out_leaves_it_and_a_reported_session_ends_it() {
    let world = World::with(offline()).await;
    let (mut browser, first) = tokens(&world, OFFLINE).await;
    browser.get("/v2/logout?client_id=riser").await;
    let second: Value = refresh(&world, &token(&first), &[]).await.json();
    assert!(second["access_token"].is_string(), "{second}");

    let (mut thief, taken) = tokens(&world, OFFLINE).await;
    let mut phone = world.phone(ADA).await;
    thief.step_up().await;
    phone.report().await;
    is_refused(&world, &token(&taken), "the session was not theirs").await;
    assert_eq!(refresh(&world, &token(&second), &[]).await.status, StatusCode::OK, "another session's");
}

/// Auth0 leaves this to an Action; here nobody has to think of it (RFC 9700, 4.14.2).
/// Proves: refresh-token-ends
#[tokio::test]
async fn new_password_ends_it() {
    let config =
        Config { control: Some(tenant::ControlToken("a token for the tests".to_owned())), ..offline() };
    let world = World::with(config).await;
    let first = token(&tokens(&world, OFFLINE).await.1);
    let mut driver = crate::control::driver(&world);
    let mut ada = json!({ "email": ADA, "name": "Ada Example" });
    crate::control::put(&mut driver, "/control/customers/auth0%7C1001", &ada).await;
    let second = token(&refresh(&world, &first, &[]).await.json());
    ada["password"] = PASSWORD.into();
    crate::control::put(&mut driver, "/control/customers/auth0%7C1001", &ada).await;
    is_refused(&world, &second, "the customer's password was changed").await;
    let third = token(&tokens(&world, OFFLINE).await.1);
    driver
        .send(axum::http::Method::DELETE, "/control/customers/auth0%7C1001", axum::body::Body::empty())
        .await;
    is_refused(&world, &third, "This tenant has not issued it").await;
}

/// Proves: refresh-token-permissions
#[tokio::test]
async fn permissions_of_now_count() {
    let config =
        Config { control: Some(tenant::ControlToken("a token for the tests".to_owned())), ..offline() };
    let world = World::with(config).await;
    let first = token(&tokens(&world, OFFLINE).await.1);
    let ada = json!({ "email": ADA, "name": "Ada Example", "permissions": [] });
    crate::control::put(&mut crate::control::driver(&world), "/control/customers/auth0%7C1001", &ada).await;
    let next: Value = refresh(&world, &first, &[]).await.json();
    assert_eq!(next["scope"], "openid email offline_access");
}

#[tokio::test]
async fn scripts_of_web_origins_may_read_the_answer() {
    let world = World::with(offline()).await;
    let first = token(&tokens(&world, OFFLINE).await.1);
    let mut page = world.browser();
    page.headers.insert(header::ORIGIN, CALLBACK.strip_suffix("/callback").unwrap().parse().unwrap());
    let form = [("grant_type", "refresh_token"), ("client_id", "riser"), ("refresh_token", first.as_str())];
    let answer = page.post("/oauth/token", &form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:8080");
}
