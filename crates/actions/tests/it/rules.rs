//! Rules: what they get, how they answer.

use actions::{Cause, Refusal, RefusalCode, Script, Verdict};
use serde_json::json;

use crate::harness::{body, decided, error, rule, run, texts};

/// A Rule that puts a value into the ID token.
fn value(expression: &str) -> serde_json::Value {
    let code = format!(
        "function (user, context, callback) {{ context.idToken['https://it'] = {expression}; callback(null, user, context); }}"
    );
    decided(rule(&code)).id_token.remove("https://it").unwrap_or_default()
}

#[test]
fn rule_gets_user_context_and_configuration() {
    for (expression, expected) in [
        ("user.user_id", json!("auth0|1001")),
        ("user.app_metadata.tier", json!("gold")),
        ("user.identities[0].user_id", json!("1001")),
        ("context.clientID", json!("banking-app")),
        ("context.clientName", json!("Banking")),
        ("context.request.query.scope", json!("openid view:balance")),
        ("typeof context.request.query.acr_values", json!("undefined")),
        ("context.stats.loginsCount", json!(0)),
        ("context.authentication.methods[0].name", json!("pwd")),
        ("context.authorization.roles", json!([])),
        ("typeof context.multifactor", json!("undefined")),
        ("configuration", json!({})),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn rule_is_any_function_expression() {
    for code in [
        "function (user, context, callback) { context.idToken.it = 1; callback(null, user, context); }",
        "function named(user, context, callback) { context.idToken.it = 1; return callback(null, user, context); }\n// end",
        "// begin\nfunction (user, context, callback) { context.idToken.it = 1; callback(null, user, context); };\n",
        "async function (user, context, callback) { await null; context.idToken.it = 1; callback(null, user, context); }",
        "(user, context, callback) => { setTimeout(() => { context.idToken.it = 1; callback(null, user, context); }, 2); }",
        "function (user, context, callback) { callback(null, user, { ...context, idToken: { it: 1 } }); callback('late'); }",
    ] {
        assert_eq!(decided(rule(code)).id_token["it"], json!(1), "{code}");
    }
}

#[test]
fn callback_error_denies() {
    for (given, code, reason) in [
        ("new UnauthorizedError('Not you.')", RefusalCode::Unauthorized, "Not you."),
        ("new Error('Not now.')", RefusalCode::AccessDenied, "Not now."),
        ("'Not here.'", RefusalCode::AccessDenied, "Not here."),
    ] {
        let outcome =
            run(&[rule(&format!("function (user, context, callback) {{ callback({given}); }}")), body("")]);
        assert_eq!(outcome.verdict, Verdict::Denied(Refusal { code, reason: reason.into() }), "{given}");
        assert_eq!(outcome.runs.len(), 1, "nothing runs after it");
    }
}

#[test]
fn missing_callback_is_its_own_error() {
    for code in [
        "function (user, context, callback) {}",
        "async function (user, context, callback) { return context; }",
        "function (user, context, callback) { new Promise(() => {}).then(callback); }",
    ] {
        assert_eq!(error(&run(&[rule(code)])).cause, Cause::NoAnswer, "{code}");
    }
    for code in [
        "function (user, context, callback) { nothing.here; }",
        "async function (user, context, callback) { await null; nothing.here; }",
        "function (user, context, callback) { setTimeout(() => nothing.here, 1); }",
    ] {
        let error = error(&run(&[rule(code)]));
        assert_eq!((error.cause, error.line), (Cause::Thrown, Some(1)), "{code}: {error}");
        let column = u32::try_from(code.find("nothing").unwrap() + 1).unwrap();
        assert_eq!(error.column, Some(column), "{error}");
        assert!(!error.to_string().contains("Promise"), "{error}");
    }
    assert_eq!(
        error(&run(&[rule("42")])).message,
        "TypeError: a Rule is one function: function (user, context, callback) { … }"
    );
}

#[test]
fn context_passes_between_rules() {
    let first = "function (user, context, callback) { context.multifactor = { provider: 'any' }; context.idToken.a = 1;
                  context.accessToken.b = 2; context.accessToken.c = 3; context.accessToken.scope = 'openid x'; user.seen = true; callback(null, user, context); }";
    let second = "function (user, context, callback) { console.log(user.seen, context.idToken.a); delete context.multifactor;
                  delete context.idToken.a; delete context.accessToken.c; context.accessToken.scope = ['y']; callback(null, user, context); }";
    let outcome = run(&[rule(first)]);
    assert!(outcome.decisions.multifactor.is_some());
    assert_eq!(outcome.decisions.scopes.unwrap(), ["openid", "x"]);
    let outcome = run(&[rule(first), rule(second)]);
    assert_eq!(texts(&outcome), ["true 1"]);
    assert_eq!(outcome.decisions.multifactor, None);
    assert!(outcome.decisions.id_token.is_empty());
    assert_eq!(json!(outcome.decisions.access_token), json!({ "b": 2 }));
    assert_eq!(outcome.decisions.scopes.unwrap(), ["y"]);
}

#[test]
fn context_left_by_rule_is_validated() {
    for (change, told) in [
        ("context.multifactor = { provider: 'duo' }", "context.multifactor: the provider must be"),
        ("context.multifactor = {}", "needs a provider"),
        ("context.redirect = { url: 'javascript:1' }", "an http or https address"),
        ("context.redirect = {}", "context.redirect needs a url"),
        ("context.accessToken.scope = 7", "must be a text or a list"),
        ("context.accessToken.scope = ['a b']", "no scope"),
        ("context = 7", "context is no object"),
        ("context.a = 'x'.repeat(2000000)", "more than 1 MiB"),
    ] {
        let outcome = run(&[rule(&format!(
            "function (user, context, callback) {{ {change}; callback(null, user, context); }}"
        ))]);
        let error = error(&outcome);
        assert!(error.cause == Cause::Unusable && error.message.contains(told), "{change}: {error}");
    }
    let sets = "function (user, context, callback) { context.idToken.sub = 'x'; context.accessToken.iss = 'x'; callback(null, user, context); }";
    let outcome = run(&[rule(sets)]);
    assert!(outcome.decisions.id_token.is_empty() && outcome.decisions.access_token.is_empty());
}

#[test]
fn metadata_is_saved_when_rule_asks() {
    let decisions = decided(rule(
        "function (user, context, callback) {
           user.app_metadata = user.app_metadata || {};
           user.app_metadata.roles = ['a'];
           user.user_metadata.forgotten = 1;
           auth0.users.updateAppMetadata(user.user_id, user.app_metadata).then(() => callback(null, user, context)).catch(callback);
         }",
    ));
    assert_eq!(json!(decisions.app_metadata), json!({ "tier": "gold", "roles": ["a"] }));
    assert!(decisions.user_metadata.is_empty());
}

/// Proves: script-secrets
#[test]
fn secrets_are_configuration() {
    let mut script = rule(
        "function (user, context, callback) { console.log(configuration.KEY); callback(configuration.KEY); }",
    );
    script.secrets.insert("KEY".into(), "swordfish".into());
    assert!(!format!("{script:?}").contains("swordfish"));
    let outcome = run(&[Script { ..script }]);
    assert_eq!(texts(&outcome), ["[secret KEY]"]);
    assert_eq!(
        outcome.verdict,
        Verdict::Denied(Refusal { code: RefusalCode::AccessDenied, reason: "[secret KEY]".into() })
    );
}
