//! A script changes its own world and nothing else: not the next script's, not the next log-in's, not the engine's.

use actions::{Engine, Limits, Verdict};
use serde_json::json;

use crate::harness::{action, body, event, rule, run, texts, value};

/// Everything a hostile script could leave lying around.
const POISON: &str = "
    Object.prototype.polluted = 1;
    Object.defineProperty(Object.prototype, 'multifactor', { get() { return { provider: 'any' }; }, set() {}, configurable: true });
    Array.prototype.push = Array.prototype.map = Array.prototype.filter = () => { throw new Error('poison'); };
    Array.prototype[Symbol.iterator] = function* () { yield 'poison'; };
    JSON.stringify = () => '[\"poison\"]'; JSON.parse = () => ({ poison: 1 });
    Promise.prototype.then = function () { return this; }; Promise.resolve = () => 'poison';
    String.prototype.toString = () => 'poison'; Function.prototype.call = Function.prototype.apply = () => 'poison';
    Object.keys = () => ['poison']; Object.freeze = (o) => o; Error.prototype.toString = () => 'poison';
    Error.stackTraceLimit = Infinity;
    globalThis.String = globalThis.Array = globalThis.Object = globalThis.Promise = globalThis.Error = null;
    globalThis.poison = 1; globalThis.exports = null; globalThis.console = null;
";

/// Proves: script-isolation
#[test]
fn changed_globals_do_not_leak_into_next_script() {
    let engine = Engine::new(Limits { time: std::time::Duration::from_secs(30), ..Limits::default() });
    let probe = "console.log(typeof poison, typeof ({}).polluted, [1, 2].map((n) => n + 1).join(), JSON.stringify({ a: 1 }), Object.keys({ b: 1 }).join());";
    let clean = "undefined undefined 2,3 {\"a\":1} b";
    let rule_poison =
        format!("function (user, context, callback) {{ {POISON} callback(null, user, context); }}");
    for poison in [
        body(POISON),
        action(&format!("{POISON} module.exports = {{ onExecutePostLogin() {{}} }};")),
        rule(&rule_poison),
    ] {
        let outcome = engine.run(&[poison.clone(), body(probe)], event());
        assert_eq!(outcome.verdict, Verdict::Go, "{outcome:?}");
        assert_eq!(texts(&outcome), [clean], "in the same log-in");
        assert_eq!(outcome.decisions.multifactor, None, "{poison:?}");
        let outcome = engine.run(&[body(probe)], event());
        assert_eq!(texts(&outcome), [clean], "in the next log-in");
    }
}

#[test]
fn event_is_not_shared() {
    let outcome = run(&[
        body(
            "event.user.user_id = 'mallory'; event.client.client_id = 'x'; event.user.app_metadata.tier = 'none'; event.secrets.X = 1;",
        ),
        body(
            "console.log(event.user.user_id, event.client.client_id, event.user.app_metadata.tier, typeof event.secrets.X);",
        ),
    ]);
    assert_eq!(texts(&outcome), ["auth0|1001 banking-app gold undefined"]);
}

/// Proves: script-isolation
#[test]
fn host_is_unreachable() {
    for (expression, expected) in [
        ("typeof native", json!("undefined")),
        ("typeof std + typeof os + typeof Deno + typeof Bun", json!("undefined".repeat(4))),
        ("typeof SharedArrayBuffer + typeof Atomics + typeof WebAssembly", json!("undefined".repeat(3))),
        ("Object.getOwnPropertyNames(api).filter((name) => /native|host/.test(name))", json!([])),
        (
            "(() => { try { return typeof api.access.deny.caller; } catch (e) { return e.name; } })()",
            json!("TypeError"),
        ),
        (
            "(() => { try { return typeof api.access.deny.arguments; } catch (e) { return e.name; } })()",
            json!("TypeError"),
        ),
        (
            "(() => { api.access.deny = null; api.newOne = 1; return typeof api.access.deny + typeof api.newOne; })()",
            json!("functionundefined"),
        ),
        ("new Function('return typeof native')()", json!("undefined")),
        ("(0, eval)('typeof native + typeof given')", json!("undefinedundefined")),
        ("await import('std').then(() => 'there', () => 'absent')", json!("absent")),
        ("await import('/etc/passwd').then(() => 'there', () => 'absent')", json!("absent")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

/// The engine shows functions of the stack to those who ask; what is found there is no more than `api` offers.
/// Proves: script-isolation
#[test]
fn stack_reveals_nothing() {
    let outcome = run(&[body(
        "const found = [];
         Error.prepareStackTrace = (error, sites) => { for (const site of sites ?? []) { const f = site.getFunction?.(); if (f) found.push(f); } return 'x'; };
         await { get then() { new Error().stack; return undefined; } };
         [1].map(() => new Error('x').stack);
         const value = { toJSON() { new Error('y').stack; return 1; } };
         api.idToken.setCustomClaim('a', value);
         for (const f of found) { try { f('access.nothing', '[]'); f('sub', '[\"x\"]'); } catch {} }
         api.idToken.setCustomClaim('sub', 'mallory');",
    )]);
    assert!(!outcome.decisions.id_token.contains_key("sub"), "{outcome:?}");
    assert!(outcome.decisions.scopes_added.is_empty() && outcome.decisions.multifactor.is_none());
}

/// Names that mean something to the language are ordinary names to the host.
#[test]
fn magic_property_names_are_ordinary() {
    let outcome = run(&[
        body(
            "api.user.setAppMetadata('__proto__', { polluted: 1 }).user.setAppMetadata('constructor', 1).idToken.setCustomClaim('__proto__', { polluted: 1 });",
        ),
        body(
            "console.log(typeof ({}).polluted, typeof event.user.app_metadata.polluted, Object.hasOwn(event.user.app_metadata, '__proto__'));",
        ),
    ]);
    assert_eq!(texts(&outcome), ["undefined undefined true"]);
    assert_eq!(outcome.decisions.id_token["__proto__"], json!({ "polluted": 1 }));
}

/// Any text is a script; whatever it does, there is an outcome, and the engine lives on.
#[test]
fn any_text_gives_outcome() {
    let engine = Engine::new(crate::harness::limits());
    let pieces = [
        "exports.onExecutePostLogin = ",
        "async (event, api) => ",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "api.access.deny",
        "('x')",
        ";",
        "function (user, context, callback)",
        "callback(null, user, context)",
        "`${",
        "`",
        "'",
        "\"",
        "/*",
        "*/",
        "//",
        "\n",
        "\0",
        "\u{feff}",
        "\u{2028}",
        "#!",
        "<!--",
        "await ",
        "throw ",
        "new Proxy({}, {})",
        "Symbol.iterator",
        "= ",
        "1n",
        ".then",
        "...",
        "return",
        "while (0)",
        "é",
        "😀",
        "\u{d7ff}",
        "import 'x'",
        "export default ",
        "class A extends ",
        "null",
        "yield ",
        "?.",
        "=>",
    ];
    // A fixed sequence of numbers, so that a failure can be looked into.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % bound as u64).unwrap()
    };
    for _ in 0..400 {
        let code: String = (0..next(14)).map(|_| pieces[next(pieces.len())]).collect();
        for script in [action(&code), body(&code), rule(&code)] {
            let outcome = engine.run(&[script], event());
            assert_eq!(outcome.runs.len(), 1, "{code:?}");
        }
    }
    assert_eq!(engine.run(&[body("")], event()).verdict, Verdict::Go);
}
