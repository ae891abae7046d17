//! The calls of an Action, one by one.

use actions::{Level, Refusal, RefusalCode, Verdict};
use serde_json::{Value, json};

use crate::harness::{action, body, decided, error, rule, run, texts, value};

/// Proves: script-event-fields
#[test]
fn event_has_documented_members() {
    let members = [
        ("event.user.user_id", json!("auth0|1001")),
        ("event.user.email", json!("customer@example.com")),
        ("event.user.email_verified", json!(false)),
        ("event.user.app_metadata.tier", json!("gold")),
        ("event.user.user_metadata", json!({})),
        ("event.user.enrolledFactors", json!([])),
        ("event.client.name", json!("Banking")),
        ("event.client.metadata", json!({})),
        ("event.request.query.scope", json!("openid view:balance")),
        ("typeof event.request.query.acr_values", json!("undefined")),
        ("typeof event.request.geoip.countryCode", json!("undefined")),
        ("event.transaction.requested_scopes", json!(["openid", "view:balance"])),
        ("event.transaction.acr_values", json!([])),
        ("event.authentication.methods", json!([{ "name": "pwd", "timestamp": "2025-10-09T08:53:20Z" }])),
        ("event.authorization.roles", json!([])),
        ("typeof event.user.created_at", json!("string")),
        ("typeof event.user.updated_at", json!("string")),
        ("typeof event.user.nickname", json!("string")),
        ("typeof event.user.picture", json!("string")),
        ("typeof event.transaction.id", json!("string")),
        ("event.transaction.metadata", json!({})),
        ("event.connection.metadata", json!({})),
        ("event.request.body", json!({})),
        ("typeof event.organization", json!("undefined")),
        ("typeof event.session", json!("undefined")),
        ("event.stats.logins_count", json!(0)),
        ("event.secrets", json!({})),
        ("event.configuration", json!({})),
    ];
    for (expression, expected) in members {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn calls_can_be_chained() {
    let decisions = decided(body(
        "api.idToken.setCustomClaim('a', 1).accessToken.setCustomClaim('b', [2]).accessToken.addScope('read:x')
            .accessToken.removeScope('read:y').user.setAppMetadata('c', { d: 3 }).user.setUserMetadata('e', null)
            .multifactor.enable('any', { allowRememberBrowser: true });",
    ));
    assert_eq!(json!(decisions.id_token), json!({ "a": 1 }));
    assert_eq!(json!(decisions.access_token), json!({ "b": [2] }));
    assert_eq!(decisions.scopes_added, ["read:x"]);
    assert_eq!(decisions.scopes_removed, ["read:y"]);
    assert_eq!(json!(decisions.app_metadata), json!({ "c": { "d": 3 } }));
    assert_eq!(json!(decisions.user_metadata), json!({ "e": null }));
    assert!(decisions.multifactor.unwrap().allow_remember_browser);
}

#[test]
fn deny_refuses_with_reason_and_runs_to_end() {
    let outcome = run(&[body(
        "api.access.deny('Not on Sundays.'); console.log('still here'); api.access.deny('Other');",
    )]);
    let refusal = Refusal { code: RefusalCode::AccessDenied, reason: "Not on Sundays.".into() };
    assert_eq!(outcome.verdict, Verdict::Denied(refusal));
    assert_eq!(texts(&outcome), ["still here"]);
}

/// Proves: script-protected-claims
#[test]
fn restricted_claim_is_ignored() {
    for name in ["iss", "sub", "aud", "exp", "iat", "nonce", "at_hash", "amr", "scope", "azp", "sid"] {
        let outcome = run(&[body(&format!(
            "api.idToken.setCustomClaim('{name}', 'x').accessToken.setCustomClaim('{name}', 'x');"
        ))]);
        assert_eq!(outcome.verdict, Verdict::Go);
        assert!(outcome.decisions.id_token.is_empty() && outcome.decisions.access_token.is_empty(), "{name}");
        let told = &outcome.runs[0].console;
        assert!(told.len() == 2 && told.iter().all(|line| line.level == Level::Warn), "{told:?}");
    }
}

#[test]
fn claim_is_any_json_value_and_undefined_removes_it() {
    for (given, expected) in [
        ("'text'", json!("text")),
        ("true", json!(true)),
        ("1.5", json!(1.5)),
        ("null", Value::Null),
        (
            "{ a: [1, undefined, { b: new Date(0) }] }",
            json!({ "a": [1, null, { "b": "1970-01-01T00:00:00.000Z" }] }),
        ),
    ] {
        let decisions = decided(body(&format!("api.idToken.setCustomClaim('it', {given});")));
        assert_eq!(decisions.id_token["it"], expected, "{given}");
    }
    let decisions =
        decided(body("api.idToken.setCustomClaim('it', 1).idToken.setCustomClaim('it', undefined);"));
    assert!(decisions.id_token.is_empty());
}

#[test]
fn last_call_about_scope_wins() {
    let decisions = decided(body(
        "api.accessToken.addScope('a').accessToken.removeScope('a').accessToken.removeScope('b').accessToken.addScope('b');",
    ));
    assert_eq!(
        (decisions.scopes_added, decisions.scopes_removed),
        (vec!["b".to_owned()], vec!["a".to_owned()])
    );
}

#[test]
fn challenge_lists_factors_in_order_of_preference() {
    let outcome = run(&[body(
        "api.authentication.challengeWith({ type: 'otp' }, { additionalFactors: [{ type: 'push-notification' }] });",
    )]);
    assert_eq!(outcome.verdict, Verdict::Challenge { next: 1 });
    assert_eq!(outcome.decisions.multifactor.unwrap().factors, ["otp", "push-notification"]);

    let outcome = run(&[body("api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'email' }]);")]);
    assert_eq!(outcome.decisions.multifactor.unwrap().factors, ["otp", "email"]);
    let outcome = run(&[body("api.authentication.challengeWith({ type: 'push' });")]);
    assert_eq!(outcome.decisions.multifactor.unwrap().factors, ["push-notification"]);
    let outcome = run(&[body("api.authentication.enrollWith({ type: 'otp' });")]);
    assert!(outcome.decisions.multifactor.unwrap().enrol);
}

#[test]
fn cache_persists_between_log_ins_per_action() {
    let engine = actions::Engine::new(actions::Limits::default());
    let keep = "const was = api.cache.get('k')?.value ?? 'nothing'; api.cache.set('k', was + '+');
                console.log(was, api.cache.get('gone'), api.cache.get('k').expires_at > Date.now());";
    let texts = |script| texts(&engine.run(&[script], crate::harness::event()));
    let other = |script| actions::Script { name: "Other".into(), ..script };
    assert_eq!(texts(body(keep)), ["nothing undefined true"]);
    assert_eq!(texts(body(keep)), ["nothing+ undefined true"]);
    assert_eq!(texts(other(body(keep))), ["nothing undefined true"]);
    assert_eq!(texts(body("api.cache.delete('k'); console.log(api.cache.get('k'));")), ["undefined"]);
    let refused = "for (const given of [['k', 'x', { ttl: 0 }], ['k', 'x', { expires_at: 1 }], ['k', 'x'.repeat(5000)], ['k', 7], [7, 'x'], ['k'.repeat(300), 'x']])
                     console.log(api.cache.set(...given).code);
                   let n = 0; while (api.cache.set('n' + n, 'x').type === 'success') n += 1; console.log(n);";
    let expected = [
        "ItemAlreadyExpired",
        "ItemAlreadyExpired",
        "CacheValueSizeExceeded",
        "CacheValueSizeExceeded",
        "CacheKeySizeExceeded",
        "CacheKeySizeExceeded",
        "1000",
    ];
    assert_eq!(texts(body(refused)), expected);
}

/// Proves: script-missing-api
#[test]
fn invalid_call_is_reported_at_its_position() {
    for (call, told) in [
        ("api.multifactor.enable('duo')", "the provider must be 'any'"),
        ("api.multifactor.enable()", "needs a text as its first argument"),
        ("api.idToken.setCustomClaim({}, 1)", "needs a text as its first argument"),
        ("api.accessToken.addScope('two words')", "a scope is printable ASCII"),
        ("api.authentication.challengeWith('otp')", "needs factors such as { type: 'push-notification' }"),
        ("api.authentication.challengeWithAny([])", "needs factors"),
        ("api.authentication.recordMethod('https://a.example')", "the factors that it has seen itself"),
        ("api.redirect.sendUserTo('javascript:alert(1)')", "an http or https address"),
        ("api.redirect.sendUserTo('/relative')", "an http or https address"),
        ("api.redirect.encodeToken({ payload: {} })", "needs a secret"),
        (
            "api.prompt.render('x')",
            "api.prompt.render is not supported by this tenant, which has access.deny,",
        ),
        ("require('lodash')", "require('lodash'): there is no such module, and no folder of packages."),
        ("await fetch('https://a.example')", "scripts reach no host here"),
        ("api.session.setExpiresAt(1)", "under [lifetimes]"),
        ("api.roles.getUserEffectiveRoles()", "event.authorization.roles"),
        ("api.validation.error('a', 'b')", "api.access.deny refuses"),
        ("api.transaction.setMetadata('k', { a: 1 })", "JSON.stringify makes a text"),
        ("api.transaction.setMetadata('k', [1])", "JSON.stringify makes a text"),
        ("api.transaction.setMetadata(1, 'v')", "needs a text as its first argument"),
        ("api.transaction.setMetadata('k', 'x'.repeat(70000))", "may have 65536 bytes"),
        ("api.idToken.setCustomClaim('it', 1n)", "TypeError"),
        ("const o = {}; o.o = o; api.idToken.setCustomClaim('it', o)", "TypeError"),
        (
            "api.idToken.setCustomClaim('it', JSON.parse('['.repeat(500) + ']'.repeat(500)))",
            "no plain JSON form",
        ),
    ] {
        let outcome = run(&[body(&format!("\n  {call};\n"))]);
        assert_eq!(outcome.verdict, Verdict::Failed { script: "My Action".into() }, "{call}");
        let error = error(&outcome);
        assert!(error.message.contains(told), "{call}: {error}");
        assert_eq!(error.line, Some(2), "{call}: {error}");
        assert!(!error.to_string().contains("prelude"), "{error}");
    }
    assert_eq!(value("api.redirect.canRedirect()"), json!(true));
}

/// As at Auth0, where a log-in has another protocol.
#[test]
fn saml_calls_have_no_effect() {
    let outcome = run(&[body("api.samlResponse.setAttribute('a', 'b'); api.samlResponse.setAudience('c');")]);
    assert_eq!(outcome.verdict, Verdict::Go);
    assert_eq!(
        outcome.runs[0].console.iter().map(|line| (line.level, line.text.as_str())).collect::<Vec<_>>(),
        [
            (Level::Warn, "api.samlResponse.setAttribute has no effect: this log-in is not SAML."),
            (Level::Warn, "api.samlResponse.setAudience has no effect: this log-in is not SAML."),
        ]
    );
}

#[test]
fn action_may_be_exported_in_any_way() {
    for code in [
        "exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('it', 1); };",
        "exports.onExecutePostLogin = function (event, api) { api.idToken.setCustomClaim('it', 1); };",
        "module.exports = { onExecutePostLogin(event, api) { api.idToken.setCustomClaim('it', 1); } };",
        "module.exports.onExecutePostLogin = (event, api) => Promise.resolve().then(() => { api.idToken.setCustomClaim('it', 1); });",
        "exports.onExecutePostLogin = async (event, api) => { await new Promise((go) => setTimeout(go, 5)); api.idToken.setCustomClaim('it', 1); };
         exports.onContinuePostLogin = async () => { throw new Error('never called'); };",
        "const wait = (ms) => new Promise((go) => { const t = setInterval(() => { clearInterval(t); go(); }, ms); });
         exports.onExecutePostLogin = async (event, api) => { for (const n of [1, 2]) await wait(n); api.idToken.setCustomClaim('it', 1); };",
        "'use strict'; /* strict */ exports.onExecutePostLogin = async (event, api) => api.idToken.setCustomClaim('it', 1);",
    ] {
        assert_eq!(decided(action(code)).id_token["it"], json!(1), "{code}");
    }
}

#[test]
fn console_keeps_level_and_text() {
    let outcome = run(&[body(
        "console.log('a', 1, { b: [2] }, undefined, null, () => 0); console.info('i'); console.warn('w');
         console.error(new TypeError('e').message); console.debug('d'); console.log('%s', 'x'); console.log('\\ud800');",
    )]);
    let lines: Vec<(Level, &str)> =
        outcome.runs[0].console.iter().map(|line| (line.level, line.text.as_str())).collect();
    assert_eq!(
        lines[..6],
        [
            (Level::Log, "a 1 {\"b\":[2]} undefined null [Function: anonymous]"),
            (Level::Info, "i"),
            (Level::Warn, "w"),
            (Level::Error, "e"),
            (Level::Debug, "d"),
            (Level::Log, "x"),
        ]
    );
    assert_eq!(lines.len(), 7);
}

/// What Node's console has besides shows the same, without its layout.
#[test]
fn console_has_other_methods() {
    let outcome = run(&[body(
        "console.dir({ a: 1 }, { depth: null }); console.table([1, 2], [0]); console.trace('t');",
    )]);
    assert_eq!(texts(&outcome), ["{\"a\":1}", "[1,2]", "t"]);
}

#[test]
fn action_and_rule_see_same_identity() {
    let mut event = crate::harness::event();
    event.document["connection"] = json!({ "name": "Customers", "strategy": "auth0" });
    let engine = actions::Engine::new(actions::Limits::default());
    let show = "console.log(user.identities.length, user.identities[0]);";
    let outcome = engine.run(
        &[
            rule(&format!("function (user, context, callback) {{ {show} callback(null, user, context); }}")),
            body(&format!("const {{ user }} = event; {show}")),
        ],
        event,
    );
    let identity = r#"1 {"connection":"Customers","isSocial":false,"provider":"auth0","user_id":"1001"}"#;
    assert_eq!(texts(&outcome), [identity, identity]);
}

mod transaction_metadata {
    use serde_json::json;

    use super::{body, decided, run, texts};
    use crate::harness::{event, rule};

    /// Proves: script-transaction-metadata
    #[test]
    fn is_read_at_once_and_by_the_actions_after() {
        let outcome = run(&[
            body(
                "api.transaction.setMetadata('flag', false); api.transaction.setMetadata('gone', 1);
                  api.transaction.setMetadata('number', 1.5); api.transaction.setMetadata('text', 'a');
                  console.log(event.transaction.metadata);",
            ),
            body("api.transaction.setMetadata('gone', null); console.log(event.transaction.metadata);"),
            rule("function (user, context, callback) { callback(null, user, context); }"),
            body("console.log(event.transaction.metadata); event.transaction.metadata.text = 'changed';"),
            body("console.log(event.transaction.metadata.text, api.transaction.setMetadata('k', 1));"),
        ]);
        // Features of serde_json that another crate of a build asks for change the order of members.
        let shown = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        let shown: Vec<serde_json::Value> = texts(&outcome).iter().map(|text| shown(text)).collect();
        let with_gone = json!({ "flag": false, "gone": 1, "number": 1.5, "text": "a" });
        let without = json!({ "flag": false, "number": 1.5, "text": "a" });
        assert_eq!(shown, [with_gone, without.clone(), without, json!("a undefined")]);
    }

    /// Proves: script-transaction-metadata
    #[test]
    fn is_there_after_a_challenge_and_not_at_the_next_log_in() {
        let engine = actions::Engine::new(actions::Limits::default());
        let scripts = [
            body("api.transaction.setMetadata('k', 'v'); api.authentication.challengeWith({ type: 'otp' });"),
            body("console.log(event.transaction.metadata);"),
        ];
        let asked = engine.run(&scripts, event());
        assert_eq!(asked.verdict, actions::Verdict::Challenge { next: 1 });
        let given = ["otp".to_owned()];
        let after = engine.resume(&scripts, event(), asked.decisions, 1, &given);
        assert_eq!(texts(&after), [r#"{"k":"v"}"#]);
        assert_eq!(texts(&run(&scripts[1..])), ["{}"]);
    }

    #[test]
    fn is_no_ones_claim() {
        let decisions = decided(body("api.transaction.setMetadata('k', 'v');"));
        assert_eq!(json!(decisions.transaction_metadata), json!({ "k": "v" }));
        assert!(decisions.id_token.is_empty() && decisions.app_metadata.is_empty());
    }
}

/// The globals of Node 22, and of browsers those that people reach for.
const NODE: &str = "AbortController AbortSignal Blob BroadcastChannel Buffer CloseEvent CompressionStream Crypto CryptoKey \
    CustomEvent DOMException DecompressionStream Event EventSource EventTarget File FormData Headers Intl MessageChannel \
    MessageEvent MessagePort PerformanceObserver ReadableStream Request Response SubtleCrypto TextDecoder TextDecoderStream \
    TextEncoder TextEncoderStream TransformStream URL URLSearchParams WebAssembly WebSocket WritableStream __dirname \
    __filename atob btoa clearImmediate clearInterval clearTimeout console crypto fetch global navigator performance \
    process queueMicrotask require setImmediate setInterval setTimeout structuredClone SharedArrayBuffer Atomics window \
    document location localStorage sessionStorage XMLHttpRequest Worker self";

/// Proves: script-missing-api
#[test]
fn missing_node_global_names_replacement() {
    for name in NODE.split_whitespace() {
        let outcome = run(&[body(&format!("\n  {name};\n"))]);
        if outcome.verdict == Verdict::Go {
            continue;
        }
        let error = error(&outcome);
        assert!(error.message.starts_with("ReferenceError: "), "{name}: {error}");
        assert!(error.message.contains(name) && error.message.ends_with(')'), "{name}: {error}");
        assert_eq!(error.line, Some(2), "{name}: {error}");
        // Whoever asks first is not stopped.
        assert_eq!(value(&format!("typeof {name}")), json!("undefined"), "{name}");
    }
    for name in ["Intl", "WebSocket", "ReadableStream", "navigator"] {
        assert!(matches!(run(&[body(name)]).verdict, Verdict::Failed { .. }), "{name} is not here");
    }
    for name in ["fetch", "structuredClone", "Response", "crypto", "URL", "Buffer", "process", "performance"]
    {
        assert_eq!(run(&[body(name)]).verdict, Verdict::Go, "{name} is here");
    }
    // A name of the script's own is none of these.
    let outcome = run(&[body("notHere;")]);
    assert!(error(&outcome).message.ends_with("is not defined"), "{}", error(&outcome));
}
