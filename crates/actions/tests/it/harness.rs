//! One log-in, and scripts to run at it.

use std::time::Duration;

use actions::{Decisions, End, Engine, Event, Kind, Limits, Outcome, Script, ScriptError};
use serde_json::{Value, json};

pub(crate) fn action(code: &str) -> Script {
    Script { name: "My Action".into(), code: code.into(), ..Script::default() }
}

/// An Action whose function has this body.
pub(crate) fn body(code: &str) -> Script {
    action(&format!("exports.onExecutePostLogin = async (event, api) => {{ {code} }};"))
}

pub(crate) fn rule(code: &str) -> Script {
    Script { name: "My Rule".into(), kind: Kind::Rule, code: code.into(), ..Script::default() }
}

/// Ada logs in to look at her balance.
pub(crate) fn event() -> Event {
    let document = json!({
        "user": {
            "user_id": "auth0|1001", "email": "customer@example.com", "email_verified": false, "name": "", "nickname": "",
            "picture": "", "created_at": "", "updated_at": "", "app_metadata": { "tier": "gold" }, "user_metadata": {},
            "multifactor": [], "enrolledFactors": [],
        },
        "client": { "client_id": "banking-app", "name": "Banking", "metadata": {} },
        "request": { "method": "", "body": {}, "geoip": {} },
        "transaction": { "id": "", "locale": "", "protocol": "", "redirect_uri": "", "response_type": [], "ui_locales": [] },
        "authentication": { "methods": [{ "name": "pwd", "timestamp": "2025-10-09T08:53:20Z" }] },
        "authorization": { "roles": [] },
        "connection": { "id": "", "name": "", "strategy": "", "metadata": {} },
        "stats": { "logins_count": 0 },
        "tenant": { "id": "" },
    });
    with_query(
        Event { document, confidential: Vec::new(), continues: false },
        &[("scope", "openid view:balance")],
    )
}

/// The same log-in with another request.
pub(crate) fn with_query(mut event: Event, query: &[(&str, &str)]) -> Event {
    event.document["request"]["query"] = query.iter().map(|(name, value)| (*name, json!(value))).collect();
    let value = |name: &str| query.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let words = |name: &str| value(name).split(' ').filter(|word| !word.is_empty()).collect::<Value>();
    event.document["transaction"]["requested_scopes"] = words("scope");
    event.document["transaction"]["acr_values"] = words("acr_values");
    event
}

/// Short, so that the tests of it are.
pub(crate) fn limits() -> Limits {
    Limits { time: Duration::from_millis(400), ..Limits::default() }
}

/// Patient, so that a busy machine fails no test that is not about time.
pub(crate) fn run(scripts: &[Script]) -> Outcome {
    Engine::new(Limits { time: Duration::from_secs(30), ..Limits::default() }).run(scripts, event())
}

#[track_caller]
pub(crate) fn decided(script: Script) -> Decisions {
    let outcome = run(&[script]);
    assert_eq!(outcome.verdict, actions::Verdict::Go, "{:?}", outcome.runs);
    outcome.decisions
}

/// What the Action puts into the ID token as `it`.
#[track_caller]
pub(crate) fn value(expression: &str) -> Value {
    decided(body(&format!("api.idToken.setCustomClaim('it', {expression});")))
        .id_token
        .remove("it")
        .unwrap_or(Value::Null)
}

#[track_caller]
pub(crate) fn error(outcome: &Outcome) -> ScriptError {
    match &outcome.runs.last().unwrap().end {
        End::Failed(error) => error.clone(),
        end => panic!("it ended with {end:?}"),
    }
}

pub(crate) fn texts(outcome: &Outcome) -> Vec<String> {
    outcome.runs.iter().flat_map(|run| run.console.iter().map(|line| line.text.clone())).collect()
}
