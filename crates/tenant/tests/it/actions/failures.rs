//! Scripts that go wrong: what the customer's application is told, what the developer reads, and that the next log-in works.

use std::fs;

use tenant::{Action, ActionKind};

use super::{Log, action, id_token, log_in, rule, world};
use crate::harness::{ADA, PASSWORD, authorize_with};

const BROKEN: &str = "The script 'My Action' of this tenant did not work. Its log says what happened.";

/// Logs in with a script that fails; gives the developer's log.
async fn failing(script: Action) -> String {
    let told = BROKEN.replace("My Action", &script.name);
    // The same tenant has to be of use to others meanwhile: the script goes wrong for Ada alone.
    let world = world([script]).await;
    let (log, listening) = Log::listen();
    let (_, answer) = log_in(&world).await;
    drop(listening);
    assert_eq!(answer.refusal(), ("access_denied".to_owned(), told));
    let ben = world.logged_in(crate::harness::BEN).await;
    assert!(!ben.cookies.is_empty(), "the next log-in works");
    log.text()
}

#[track_caller]
fn tells(log: &str, parts: &[&str]) {
    for part in parts {
        assert!(log.contains(part), "{part:?} is not in:\n{log}");
    }
}

const FOR_ADA: &str = "if (!event.user.email.startsWith('customer')) return;\n";

/// Proves: script-failures
#[tokio::test]
async fn loop_without_end_is_ended() {
    let log = failing(action(&format!("{FOR_ADA}console.log('begin');\nwhile (true) {{}}"))).await;
    tells(&log, &["begin", "script failed", "cause=Time", "My Action: it took longer than scripts may take"]);
    let log = failing(action(&format!("{FOR_ADA}await null;\nPromise.resolve().then(() => {{ while (true) {{}} }});\nawait new Promise(() => {{}});"))).await;
    tells(&log, &["cause=Time"]);
}

/// Proves: script-failures
#[tokio::test]
async fn endless_allocation_is_refused() {
    let log =
        failing(action(&format!("{FOR_ADA}const all = [];\nwhile (true) all.push({{ n: all.length }});")))
            .await;
    tells(&log, &["cause=Memory", "My Action: it wanted more memory than a script may have"]);
}

/// Proves: script-failures
#[tokio::test]
async fn error_trace_is_for_developer_only() {
    let log = failing(action(&format!("{FOR_ADA}const tier = event.user.nothing.here;"))).await;
    let trace = "My Action: TypeError: cannot read property 'here' of undefined\n  3 | const tier = event.user.nothing.here;\n    at ";
    tells(&log, &["cause=Thrown", trace, "(My Action:3:"]);

    let code = "if (user.email !== 'customer@example.com') return callback(null, user, context);\nuser.nothing.here;";
    let log = failing(rule(code)).await;
    tells(&log, &["My Rule: TypeError: cannot read property 'here' of undefined\n  3 | user.nothing.here;"]);
}

#[tokio::test]
async fn script_cannot_forge_log_lines() {
    let forged = "\\n2026-01-01T00:00:00Z  INFO tenant: all is well";
    let log =
        failing(action(&format!("{FOR_ADA}console.log('a{forged}'); throw new Error('b{forged}');"))).await;
    assert!(
        log.lines().all(|line| !line.starts_with("2026-01-01T00:00:00Z  INFO tenant: all is well")),
        "{log}"
    );
}

/// Proves: script-secrets
#[tokio::test]
async fn secrets_are_in_no_log() {
    let mut script =
        action(&format!("{FOR_ADA}console.log(event.secrets.KEY); throw new Error(event.secrets.KEY);"));
    script.secrets.insert("KEY".into(), "swordfish".into());
    let log = failing(script).await;
    tells(&log, &["[secret KEY]"]);
    assert!(!log.contains("swordfish"), "{log}");
}

#[tokio::test]
async fn printed_request_secrets_are_in_no_log() {
    let (log, listening) = Log::listen();
    let body = "console.log(event); console.log(JSON.stringify(event.request.query));
        throw new Error(JSON.stringify(event.request.query));";
    let world = world([action(body)]).await;
    let hint = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    let mut browser = world.browser();
    let asked = [("state", "the-clients-state"), ("nonce", "the-clients-nonce"), ("login_hint", hint)];
    let page = browser.follow(&authorize_with(&asked)).await;
    browser.log_in(&page, ADA, PASSWORD).await;
    drop(listening);
    let log = log.text();
    tells(&log, &["redirect_uri", "(hidden)"]);
    for secret in ["the-clients-state", "the-clients-nonce", hint] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// Proves: script-reload
#[tokio::test]
async fn script_is_read_at_each_log_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.js");
    let write = |value: &str| {
        let code = format!(
            "exports.onExecutePostLogin = async (event, api) => {{ api.idToken.setCustomClaim('it', {value}); }};"
        );
        fs::write(&file, code).unwrap();
    };
    let script = Action { file: Some(file.clone()), code: None, ..action("") };
    write("1");
    let world = world([script]).await;
    assert_eq!(id_token(&world).await["it"], 1);
    write("2");
    assert_eq!(id_token(&world).await["it"], 2);

    // Broken, away, too long, no text: an error each time, and none of them is the tenant's end.
    let (log, listening) = Log::listen();
    let broken: [(&dyn Fn(), &str); 4] = [
        (&|| write("= ;"), "SyntaxError"),
        (&|| fs::remove_file(&file).unwrap(), "No such file"),
        (&|| fs::write(&file, " ".repeat(300_000)).unwrap(), "300000 bytes"),
        (&|| fs::write(&file, [0xff, 0xfe]).unwrap(), "UTF-8"),
    ];
    for (break_it, told) in broken {
        break_it();
        let (_, answer) = log_in(&world).await;
        assert_eq!(answer.refusal(), ("access_denied".to_owned(), BROKEN.to_owned()));
        tells(&log.text(), &[told]);
    }
    drop(listening);
    write("3");
    assert_eq!(id_token(&world).await["it"], 3);
}

#[tokio::test]
async fn missing_file_may_appear_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("later.js");
    let (log, listening) = Log::listen();
    let script = Action {
        name: "Later".into(),
        kind: ActionKind::Rule,
        file: Some(file.clone()),
        code: None,
        ..action("")
    };
    let world = world([script]).await;
    assert_eq!(log_in(&world).await.1.refusal().0, "access_denied");
    drop(listening);
    tells(&log.text(), &["Later", "later.js: No such file"]);
    fs::write(file, "function (user, context, callback) { callback(null, user, context); }").unwrap();
    assert!(log_in(&world).await.1.fragment().contains_key("access_token"));
}
