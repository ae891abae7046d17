//! What scripts are told about a log-in.

use serde_json::{Value, json};

use super::{action, rule, world};
use crate::harness::{ADA, AUDIENCE, CALLBACK, PASSWORD, World, authorize, authorize_with};

const SHOW: &str = "api.idToken.setCustomClaim('https://event', event);";

/// The event of a log-in with this request.
async fn event(world: &World, request: &str) -> Value {
    let mut browser = world.browser();
    browser.headers.insert("user-agent", "Mozilla/5.0 (Test)".parse().unwrap());
    browser.headers.insert("accept-language", "de-AT,de;q=0.9".parse().unwrap());
    browser.headers.insert("host", "localhost:8090".parse().unwrap());
    browser.address = Some("192.0.2.7".parse().unwrap());
    let page = browser.follow(request).await;
    let token = browser.log_in(&page, ADA, PASSWORD).await.fragment()["id_token"].clone();
    world.verified(&token, "riser").await["https://event"].clone()
}

/// Proves: script-event-fields
#[tokio::test]
async fn action_sees_request_and_client() {
    let world = world([action(SHOW)]).await;
    let request = authorize_with(&[
        ("scope", "openid view:balance unknown"),
        ("acr_values", "urn:a urn:b"),
        ("ui_locales", "de en"),
        ("ext-mine", "anything & more"),
        ("prompt", "login"),
        ("login_hint", "a@example.com"),
    ]);
    let event = event(&world, &request).await;
    let expected = json!({
        "/user/user_id": "auth0|1001",
        "/user/email": ADA,
        "/user/name": "Ada Example",
        "/user/enrolledFactors": [],
        "/user/created_at": "2025-10-09T08:53:20Z",
        "/user/updated_at": "2025-10-09T08:53:20Z",
        "/user/nickname": "customer",
        "/user/picture": "http://localhost:8090/assets/icon-192.png",
        "/user/identities/0/user_id": "1001",
        "/client/metadata": {},
        "/request/body": {},
        "/request/geoip": {},
        "/connection/metadata": {},
        "/transaction/metadata": {},
        "/client/client_id": "riser",
        "/client/name": "Riser",
        "/request/method": "GET",
        "/request/ip": "192.0.2.7",
        "/request/user_agent": "Mozilla/5.0 (Test)",
        "/request/language": "de-AT",
        "/request/hostname": "localhost:8090",
        "/request/query/ext-mine": "anything & more",
        "/request/query/acr_values": "urn:a urn:b",
        "/request/query/redirect_uri": CALLBACK,
        "/transaction/requested_scopes": ["openid", "view:balance", "unknown"],
        "/transaction/acr_values": ["urn:a", "urn:b"],
        "/transaction/ui_locales": ["de", "en"],
        "/transaction/locale": "de",
        "/transaction/protocol": "oidc-implicit-profile",
        "/transaction/response_type": ["id_token", "token"],
        "/transaction/prompt": ["login"],
        "/transaction/login_hint": "a@example.com",
        "/transaction/state": "state-1",
        "/transaction/redirect_uri": CALLBACK,
        "/authentication/methods": [{ "name": "pwd", "timestamp": "2025-10-09T08:53:20Z" }],
        "/authorization/roles": [],
        "/connection/strategy": "auth0",
        "/resource_server/identifier": AUDIENCE,
        "/stats/logins_count": 1,
        "/tenant/id": "localhost",
        "/secrets": {},
    });
    for (pointer, value) in expected.as_object().unwrap() {
        assert_eq!(event.pointer(pointer), Some(value), "{pointer}: {event}");
    }
    assert!(event["transaction"]["id"].as_str().unwrap().len() > 15, "{event}");
    assert!(event.pointer("/session").is_none() && event.pointer("/organization").is_none(), "{event}");
}

#[tokio::test]
async fn action_sees_session_and_factors() {
    let world = world([action(SHOW)]).await;
    let mut browser = world.logged_in(ADA).await;
    world.phone(ADA).await;
    world.clock.advance(100);
    let token = browser.get(&authorize("openid")).await.fragment()["id_token"].clone();
    let claims = world.verified(&token, "riser").await;
    let event = &claims["https://event"];
    assert_eq!(event["session"]["id"], claims["sid"]);
    assert_eq!(event["session"]["authenticated_at"], "2025-10-09T08:53:20Z");
    assert_eq!(event["session"]["user_id"], "auth0|1001");
    assert_eq!(event["session"]["clients"], json!([{ "client_id": "riser" }]));
    assert_eq!(event["user"]["enrolledFactors"], json!([{ "type": "push-notification" }]));
    assert_eq!(event["user"]["multifactor"], json!(["guardian"]));
}

#[tokio::test]
async fn action_sees_roles() {
    let mut config = super::decided_by([action(
        "api.accessToken.setCustomClaim('https://roles', event.authorization.roles);",
    )]);
    config.customers[0].roles = vec!["teller".into()];
    let world = World::with(config).await;
    let (_, answer) = super::log_in(&world).await;
    let claims = world.verified(&answer.fragment()["access_token"], AUDIENCE).await;
    assert_eq!(claims["https://roles"], json!(["teller"]));
}

#[tokio::test]
async fn rule_sees_same_data() {
    let show = "context.idToken['https://event'] = { user, context: { ...context, idToken: 0 } }; callback(null, user, context);";
    let world = world([rule(show)]).await;
    let event = event(&world, &authorize_with(&[("ext-mine", "1")])).await;
    let expected = json!({
        "/user/user_id": "auth0|1001",
        "/context/clientID": "riser",
        "/context/clientName": "Riser",
        "/context/protocol": "oidc-implicit-profile",
        "/context/request/query/scope": "openid view:balance",
        "/context/request/query/ext-mine": "1",
        "/context/request/userAgent": "Mozilla/5.0 (Test)",
        "/context/request/ip": "192.0.2.7",
        "/context/stats/loginsCount": 1,
    });
    for (pointer, value) in expected.as_object().unwrap() {
        assert_eq!(event.pointer(pointer), Some(value), "{pointer}: {event}");
    }
    assert_eq!(event.pointer("/context/request/query/acr_values"), None);
}

/// Proves: script-event-fields
#[tokio::test]
async fn action_sees_profile_and_client_metadata() {
    let mut config = super::decided_by([action(SHOW)]);
    config.clients[0].metadata = json!({ "tier": "gold" }).as_object().unwrap().clone();
    config.customers[0].profile = tenant::Profile {
        nickname: Some("Countess".into()),
        picture: Some("https://pictures.example/ada.png".into()),
        given_name: Some("Ada".into()),
        family_name: Some("Example".into()),
        username: Some("ada".into()),
        phone_number: Some("+4312345".into()),
    };
    let world = World::with(config).await;
    let event = event(&world, &authorize_with(&[("correlation_id", "c-1")])).await;
    let expected = json!({
        "/client/metadata": { "tier": "gold" },
        "/user/nickname": "Countess",
        "/user/picture": "https://pictures.example/ada.png",
        "/user/given_name": "Ada",
        "/user/family_name": "Example",
        "/user/username": "ada",
        "/user/phone_number": "+4312345",
        "/user/phone_verified": true,
        "/transaction/correlation_id": "c-1",
    });
    for (pointer, value) in expected.as_object().unwrap() {
        assert_eq!(event.pointer(pointer), Some(value), "{pointer}: {event}");
    }
}

/// `created_at` is the first log-in; a change of metadata counts as one of the user.
/// Proves: script-event-fields
#[tokio::test]
async fn user_times_are_of_log_ins_and_changes() {
    let change = action("api.user.setAppMetadata('seen', Date.now());");
    let world = world([action(SHOW), tenant::Action { name: "Change".into(), ..change }]).await;
    let times = |event: &Value| (event["user"]["created_at"].clone(), event["user"]["updated_at"].clone());
    let first = event(&world, &authorize("openid")).await;
    world.clock.advance(100);
    let second = event(&world, &authorize("openid")).await;
    assert_eq!(times(&first), (json!("2025-10-09T08:53:20Z"), json!("2025-10-09T08:53:20Z")));
    assert_eq!(times(&second), (json!("2025-10-09T08:53:20Z"), json!("2025-10-09T08:55:00Z")));
    assert_ne!(first["transaction"]["id"], second["transaction"]["id"]);
}
