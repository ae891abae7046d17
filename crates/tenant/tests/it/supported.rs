//! `docs/SUPPORTED.md` says what of Auth0 is here: each of its tables is compared with the tenant.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tenant::{Action, ActionKind, Config, Profile, ScriptSettings};

use crate::harness::{ADA, AUDIENCE, PASSWORD, TRANSFER, World, authorize, authorize_with, config, encode};

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SUPPORTED.md"));

struct Row {
    name: &'static str,
    is_here: bool,
    how: &'static str,
}

/// The rows below this heading.
fn rows(heading: &str) -> Vec<Row> {
    let (_, section) = DOCUMENT.split_once(&format!("\n## {heading}\n")).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<Row> = section.lines().filter(|line| line.starts_with("| `")).map(row).collect();
    assert!(rows.len() > 5 || heading.contains("userinfo"), "{heading}");
    rows
}

fn row(line: &'static str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, here, how] = cells.as_slice() else { panic!("a row has three cells: {line}") };
    let is_here = match *here {
        "yes" => true,
        "differs" => {
            assert!(!how.is_empty(), "it says what differs: {line}");
            true
        }
        "no" => false,
        _ => panic!("it is yes, differs or no: {line}"),
    };
    Row { name: name.trim_matches('`'), is_here, how }
}

fn here(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().filter(|row| row.is_here).map(|row| row.name).collect()
}

/// Members are where the rows say so, and the rows name all of them.
fn compare(rows: &[Row], found: &BTreeSet<&str>) {
    assert_eq!(here(rows), *found);
}

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('.', "/"))
}

/// Proves: supported-table
#[tokio::test]
async fn endpoints() {
    let world = World::new().await;
    for Row { name, is_here, .. } in rows("Endpoints") {
        let (method, path) = name.split_once(' ').unwrap();
        let path = path.replace(['{', '}'], "x");
        let method: Method = method.parse().unwrap();
        let answer = world.browser().send(method, &path, Body::empty()).await;
        // A page of a request that is not under way is 404 too, and says so in another way.
        let is_absent =
            answer.status == StatusCode::METHOD_NOT_ALLOWED || answer.body.contains("Nothing here");
        assert_eq!(!is_absent, is_here, "{name}: {answer:?}");
    }
}

/// What is looked at may stand once; what is passed over may stand as often as it likes.
/// Proves: supported-table
#[tokio::test]
async fn parameters_of_authorize() {
    let world = World::new().await;
    for Row { name, is_here, how } in rows("Parameters of /authorize") {
        let twice = format!("{}&{name}=a&{name}=b", authorize_with(&[]));
        let answer = world.browser().get(&twice).await;
        if is_here && matches!(name, "client_id" | "redirect_uri") {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
        } else if is_here {
            let refusal = answer.fragment();
            assert_eq!(refusal["error"], "invalid_request", "{name}");
            assert_eq!(refusal["error_description"], format!("{name} stands more than once."));
        } else if how.starts_with("passed over") {
            assert!(answer.location().starts_with("/u/login"), "{name}: {answer:?}");
        } else {
            let once = world.browser().get(&format!("{}&{name}=a", authorize_with(&[]))).await;
            assert_eq!(once.refusal().0, how.trim_matches('`'), "{name}");
        }
    }
}

/// Proves: supported-table
#[tokio::test]
async fn parameters_of_token() {
    let world = World::new().await;
    for Row { name, is_here, how } in rows("Parameters of /oauth/token") {
        let answer = world.browser().post("/oauth/token", &[(name, "a"), (name, "b")]).await;
        let is_looked_at = answer.body.contains("A parameter stands more than once");
        assert_eq!(is_looked_at, is_here || how.starts_with("`invalid_client`"), "{name}: {}", answer.body);
    }
    let grants = ["client_credentials", "password", "http://auth0.com/oauth/grant-type/mfa-otp"];
    for grant_type in grants {
        let answer = world.browser().post("/oauth/token", &[("grant_type", grant_type)]).await;
        assert_eq!(answer.json::<Value>()["error"], "unsupported_grant_type", "{grant_type}");
    }
}

/// Proves: supported-table
#[tokio::test]
async fn parameters_of_log_out() {
    let world = World::new().await;
    let back = "http://localhost:8080/";
    for (path, name) in [("/v2/logout", "returnTo"), ("/oidc/logout", "post_logout_redirect_uri")] {
        let query = encode([("client_id", "riser"), (name, back), ("state", "s"), ("federated", "")]);
        let answer = world.browser().get(&format!("{path}?{query}")).await;
        assert!(answer.location().starts_with(back), "{path}: {answer:?}");
    }
    let names: Vec<_> = rows("Parameters of the log-out").iter().map(|row| row.name).collect();
    for name in ["returnTo", "post_logout_redirect_uri", "client_id", "id_token_hint", "logout_hint", "state"]
    {
        assert!(names.contains(&name), "{name}");
    }
}

/// The codes that stand in the tenant's source, and no other ones.
/// Proves: supported-table
#[test]
fn error_codes() {
    let codes = |source: &'static str, before: &str| -> BTreeSet<&'static str> {
        source.split(before).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    };
    let of_authorize = include_str!("../../src/domain/errors.rs");
    compare(&rows("Errors of /authorize"), &codes(of_authorize, "=> \""));
    let sources = [
        include_str!("../../src/endpoints/oauth.rs"),
        include_str!("../../src/endpoints/oauth/body.rs"),
        include_str!("../../src/endpoints/oauth/client_authentication.rs"),
        include_str!("../../src/endpoints/token.rs"),
        include_str!("../../src/endpoints/token/code.rs"),
        include_str!("../../src/endpoints/token/refresh_token.rs"),
    ];
    let befores = ["error(\"", "error(\n            \"", "OAuthError::new(\""];
    let found = sources.iter().flat_map(|source| befores.iter().flat_map(|before| codes(source, before)));
    let mut of_token: BTreeSet<&str> = found.collect();
    of_token.extend(codes(include_str!("../../src/authorization/refresh.rs"), "=> (\""));
    // What scripts say when a refresh token is exchanged.
    of_token.extend(["access_denied", "unauthorized"]);
    // What any endpoint says that cannot work at the moment.
    of_token.insert("temporarily_unavailable");
    compare(&rows("Errors of /oauth/token"), &of_token);
}

/// Proves: supported-table
#[tokio::test]
async fn metadata_and_keys() {
    let world = World::new().await;
    let metadata: Value = world.browser().get("/.well-known/openid-configuration").await.json();
    compare(&rows("Metadata"), &members(&metadata));
    let keys: Value = world.browser().get("/.well-known/jwks.json").await.json();
    compare(&rows("Keys"), &members(&keys["keys"][0]));
}

/// Proves: supported-table
#[tokio::test]
async fn claims_of_tokens() {
    let world = World::new().await;
    let (mut phone, mut tab) = (world.phone(ADA).await, world.logged_in(ADA).await);
    let scope = format!("{TRANSFER} profile email");
    let request = authorize_with(&[("scope", &scope), ("authorization_details", &payment())]);
    let page = tab.follow(&request).await;
    phone.choose(&page.number()).await;
    let answer = tab.look(&page).await.fragment();
    let id_token = world.verified(&answer["id_token"], "riser").await;
    let access_token = world.verified(&answer["access_token"], AUDIENCE).await;
    let both = [("id_token", &id_token), ("access_token", &access_token)];
    let found: Vec<String> = both
        .iter()
        .flat_map(|(token, claims)| members(claims).into_iter().map(move |claim| format!("{token}.{claim}")))
        .collect();
    compare(&rows("Tokens"), &found.iter().map(String::as_str).collect());
}

fn payment() -> String {
    json!([{
        "type": "payment_initiation",
        "identifier": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "instructedAmount": { "currency": "EUR", "amount": "12.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "remittanceInformationUnstructured": "Rent",
    }])
    .to_string()
}

fn script(kind: ActionKind, code: String) -> Action {
    Action { name: "Show".to_owned(), kind, file: None, code: Some(code), secrets: BTreeMap::new() }
}

/// A customer of whom everything is known, whom this script sees.
fn seen_by(kind: ActionKind, code: String) -> Config {
    let mut config = config();
    let known = |text: &str| Some(text.to_owned());
    config.apis[0].step_up_scopes.clear();
    config.actions = vec![script(kind, code)];
    let known_to_the_file = |value: Value| value.as_object().unwrap().clone();
    config.scripts = ScriptSettings {
        geoip: known_to_the_file(json!({ "countryCode": "DE" })),
        organization: known_to_the_file(json!({ "id": "org_1" })),
        risk_assessment: known_to_the_file(json!({ "confidence": "high" })),
        ..ScriptSettings::default()
    };
    config.customers[0].profile = Profile {
        nickname: known("ada"),
        picture: known("https://bank.example/ada.png"),
        given_name: known("Ada"),
        family_name: known("Example"),
        username: known("ada"),
        phone_number: known("+1 555 0100"),
    };
    config
}

/// What a script puts into the claim `https://shown`: at a log-in with everything, and with the session after it.
async fn shown(config: Config) -> [Value; 2] {
    let world = World::with(config).await;
    let mut browser = world.browser();
    browser.headers.insert(header::USER_AGENT, "Mozilla/5.0 (Test)".parse().unwrap());
    browser.headers.insert(header::ACCEPT_LANGUAGE, "de".parse().unwrap());
    browser.headers.insert(header::HOST, "localhost:8090".parse().unwrap());
    browser.address = Some("192.0.2.7".parse().unwrap());
    let request = authorize_with(&[
        ("scope", "openid view:balance"),
        ("acr_values", "urn:a"),
        ("ui_locales", "en"),
        ("prompt", "login"),
        ("login_hint", ADA),
        ("response_mode", "fragment"),
        ("correlation_id", "c-1"),
        ("authorization_details", &payment()),
    ]);
    let page = browser.follow(&request).await;
    let first = browser.log_in(&page, ADA, PASSWORD).await.fragment();
    let second = browser.follow(&authorize("openid")).await.fragment();
    let mut shown = [Value::Null, Value::Null];
    for (shown, answer) in shown.iter_mut().zip([first, second]) {
        *shown = world.verified(&answer["id_token"], "riser").await["https://shown"].take();
    }
    shown
}

fn compare_members(rows: &[Row], seen: &[Value; 2]) {
    // There is one at an exchange alone, which has tests of its own.
    for Row { name, is_here, .. } in rows.iter().filter(|row| row.name != "event.refresh_token") {
        let is_seen = seen.iter().any(|one| one.pointer(&pointer(name)).is_some_and(|it| !it.is_null()));
        assert_eq!(is_seen, *is_here, "{name}: {}", seen[0]);
    }
}

/// Proves: supported-table
#[tokio::test]
async fn event_of_actions() {
    let code = "exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('https://shown', { event }); };";
    let seen = shown(seen_by(ActionKind::PostLogin, code.to_owned())).await;
    let rows = rows("Actions: event");
    compare_members(&rows, &seen);
    // The rows name everything.
    let named: BTreeSet<&str> = here(&rows);
    for one in &seen {
        for (part, value) in one["event"].as_object().unwrap() {
            let of_its_own = named.contains(format!("event.{part}").as_str());
            for member in value.as_object().into_iter().flatten().map(|(member, _)| member) {
                assert!(
                    of_its_own || named.contains(format!("event.{part}.{member}").as_str()),
                    "{part}.{member}"
                );
            }
        }
    }
}

/// Proves: supported-table
#[tokio::test]
async fn user_and_context_of_rules() {
    let code = "function (user, context, callback) { \
                const { idToken, accessToken, ...rest } = context; \
                context.idToken['https://shown'] = { \
                    user, context: { ...rest, idToken: { ...idToken }, accessToken: { ...accessToken } }, \
                    configuration: typeof configuration, UnauthorizedError: typeof UnauthorizedError, \
                    global: typeof global, \
                    auth0: { users: { updateAppMetadata: typeof auth0.users?.updateAppMetadata, \
                                      updateUserMetadata: typeof auth0.users?.updateUserMetadata }, \
                             accessToken: auth0.accessToken, domain: auth0.domain }, \
                }; callback(null, user, context); }";
    let seen = shown(seen_by(ActionKind::Rule, code.to_owned())).await;
    compare_members(&rows("Rules"), &seen);
    let rows = rows("Rules");
    let named = here(&rows);
    for (member, value) in seen[1]["context"].as_object().unwrap() {
        let has_rows = |name: &str| named.iter().any(|row| row.starts_with(name));
        assert!(value.is_null() || has_rows(&format!("context.{member}")), "context.{member}");
    }
}

/// Each call is made without arguments: one that is here says what is wrong with that, at the most.
/// Proves: supported-table
#[tokio::test]
async fn calls_of_api() {
    let rows = rows("Actions: api");
    // It would end the log-in.
    let calls: Vec<&str> =
        rows.iter().map(|row| row.name).filter(|name| *name != "api.access.deny").collect();
    let attempt = |call: &&str| {
        format!("try {{ {call}(); said['{call}'] = ''; }} catch (e) {{ said['{call}'] = e.message; }}")
    };
    let tried = calls.iter().map(attempt).collect::<Vec<_>>().join(" ");
    let code = format!(
        "exports.onExecutePostLogin = async (event, api) => {{ const said = {{}}; {tried} \
         const offered = Object.keys(api).flatMap((group) => Object.keys(api[group]).map((name) => `api.${{group}}.${{name}}`)); \
         api.idToken.setCustomClaim('https://shown', {{ said, offered }}); }};"
    );
    let [seen, _] = shown(seen_by(ActionKind::PostLogin, code)).await;
    let offered: Vec<&str> = seen["offered"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for Row { name, is_here, .. } in &rows {
        assert!(offered.contains(name), "{name} is not there at all");
        let said = seen["said"][name].as_str().unwrap_or_default();
        let is_refused = said.contains("not supported by this tenant") || said.contains("does not support");
        assert_eq!(is_refused, !is_here, "{name}: {said}");
    }
    // The rows name everything; one stands for all of SAML.
    let named: BTreeSet<&str> = rows.iter().map(|row| row.name).collect();
    for call in offered {
        assert!(named.contains(call) || call.starts_with("api.samlResponse."), "{call}");
    }
}
