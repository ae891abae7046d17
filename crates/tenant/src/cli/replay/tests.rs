//! A log with three traces, and a changed Action.

use serde_json::json;

use super::*;

const OLD: &str = "exports.onExecutePostLogin = async (event, api) => {
    const answer = await fetch('https://risk.example/score?user=' + event.user.user_id);
    const { score } = await answer.json();
    api.idToken.setCustomClaim('score', score);
    api.idToken.setCustomClaim('year', new Date().getUTCFullYear());
    if (score > 80) api.access.deny('too risky');
};";

fn scripts(code: &str) -> CurrentScripts {
    let secrets = BTreeMap::from([("KEY".to_owned(), "swordfish-and-chips".to_owned())]);
    let script = Script {
        name: "Risk".to_owned(),
        code: code.to_owned(),
        secrets: secrets.clone(),
        ..Script::default()
    };
    CurrentScripts { all: vec![script], secrets: secrets.into_iter().collect() }
}

fn trace(id: &str, score: u64) -> Value {
    let decided = json!({ "id_token": { "score": score, "year": 2001 } });
    json!({
        "id": id, "kind": "authorization", "started": "2001-02-03T04:05:06Z", "customer": { "sub": "auth0|1001", "name": "Ada Example" },
        "asked": "Log-in",
        "events": [
            { "event": "something_of_a_later_version", "at": "2001-02-03T04:05:06Z" },
            {
                "event": "script_run", "at": "2001-02-03T04:05:06Z", "name": "Risk", "kind": "Action", "duration_us": 5, "console": [], "decisions": [],
                "error": null, "requests": [{
                    "method": "GET", "url": "https://risk.example/score?user=auth0|1001", "status": 200,
                    "headers": [["content-type", "application/json"]], "body": format!("{{\"score\":{score}}}"), "failure": null,
                }],
            },
            {
                "event": "script_decision", "at": "2001-02-03T04:05:06Z", "clock": 981_173_106_000_u64,
                "told": { "user": { "user_id": "auth0|1001" }, "transaction": {} }, "next": 0, "before": {}, "given": [],
                "verdict": if score > 80 { "denied: too risky" } else { "go" }, "decided": decided,
            },
        ],
    })
}

fn log() -> Value {
    json!({ "format": "tenant-log/1", "traces": [trace("third", 90), trace("second", 60), trace("first", 10)] })
}

fn report_of(code: &str, wanted: Option<&str>) -> String {
    let runs = recorded::runs(&log(), wanted).unwrap();
    report(&runs, &scripts(code), &Environment::default(), wanted.is_some())
}

/// Proves: script-replay
#[test]
fn same_action_decides_the_same() {
    assert_eq!(report_of(OLD, None), "All 3 decisions are the same.\n");
}

/// Proves: script-replay
#[test]
fn changed_action_changes_decisions() {
    let told = report_of(&OLD.replace("> 80", "> 50"), None);
    assert_eq!(
        told,
        "second  2001-02-03T04:05:06Z  Ada Example, Log-in\n  verdict: \"go\" → \"denied: too risky\"\n1 of 3 decisions changes.\n"
    );
    let told = report_of(&OLD.replace("'score', score", "'score', score + 1"), None);
    for line in [
        "  id_token.score: 10 → 11",
        "  id_token.score: 60 → 61",
        "  id_token.score: 90 → 91",
        "3 of 3 decisions change.",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn one_trace_is_told_in_full() {
    let told =
        report_of(&format!("console.log('asks'); {}", OLD.replace("score > 80", "false")), Some("third"));
    for line in ["  then: denied: too risky\n  now:  go\n", "  console: asks\n", "The decision changes.\n"] {
        assert!(told.contains(line), "{told}");
    }
    assert!(!told.contains("first") && !told.contains("second"), "{told}");
}

#[test]
fn request_without_recorded_answer_fails() {
    let told = report_of(&OLD.replace("score?", "other?"), Some("first"));
    assert!(
        told.contains("no answer to GET https://risk.example/other?user=auth0|1001 was recorded"),
        "{told}"
    );
}

/// The log has the address without the secret.
#[test]
fn recorded_address_is_found_by_a_request_with_the_secret() {
    let text = log().to_string().replace("user=auth0|1001", "user=auth0|1001&k=[secret KEY]");
    let runs = recorded::runs(&serde_json::from_str(&text).unwrap(), None).unwrap();
    let code = OLD.replace("event.user.user_id)", "event.user.user_id + '&k=' + event.secrets.KEY)");
    assert_eq!(
        report(&runs, &scripts(&code), &Environment::default(), false),
        "All 3 decisions are the same.\n"
    );
}

/// Proves: script-replay
#[test]
fn secrets_are_not_shown() {
    let leaky = "exports.onExecutePostLogin = async (event, api) => {
        console.log(event.secrets.KEY); api.idToken.setCustomClaim('key', event.secrets.KEY); api.access.deny(event.secrets.KEY);
    };";
    let told = report_of(leaky, Some("first"));
    assert!(!told.contains("swordfish"), "{told}");
    assert!(told.contains("[secret KEY]"), "{told}");
}

#[test]
fn replaced_script_is_named_by_its_file() {
    let action = |name: &str, file: &str| Action {
        name: name.to_owned(),
        file: Some(file.into()),
        code: None,
        ..Action::step_up()
    };
    let two = [action("One", "actions/one.js"), action("Two", "actions/two.js")];
    assert_eq!(replaced(&two, "/new/two.js").unwrap().0, 1);
    assert_eq!(replaced(&two, "One=/new/two.js").unwrap(), (0, "/new/two.js".into()));
    assert!(replaced(&two, "three.js").unwrap_err().contains("with one of One, Two"));
    assert_eq!(replaced(&two[..1], "three.js").unwrap().0, 0);
}
