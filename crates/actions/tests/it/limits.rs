//! Scripts that want too much get no more than they may have, in time, and the next log-in is none the worse for it.

use std::time::{Duration, Instant};

use actions::{Cause, Engine, Limits, Script, Verdict};
use serde_json::json;

use crate::harness::{body, error, event, limits, rule, run, texts};

#[track_caller]
fn stopped(engine: &Engine, script: Script, cause: Cause) {
    let code = script.code.clone();
    let began = Instant::now();
    let outcome = engine.run(&[script], event());
    let took = began.elapsed();
    assert!(matches!(outcome.verdict, Verdict::Failed { .. }), "{code}: {outcome:?}");
    let error = error(&outcome);
    assert_eq!(error.cause, cause, "{code}: {error}");
    assert!(took < Duration::from_secs(20), "{code}: {took:?}");
    let next = engine.run(&[body("api.idToken.setCustomClaim('it', 1);")], event());
    assert_eq!(next.decisions.id_token["it"], json!(1), "after {code}: {next:?}");
}

/// Proves: script-failures
#[test]
fn endless_script_is_ended() {
    let engine = Engine::new(limits());
    for code in [
        "while (true) {}",
        "await null; while (true) {}",
        "Promise.resolve().then(() => { while (true) {} }); await new Promise(() => {});",
        "const again = async () => { await null; setTimeout(again, 0); }; again(); await new Promise(() => {});",
        "const again = () => queueMicrotask(again); again(); await new Promise(() => {});",
        "await new Promise(() => setInterval(() => {}, 1));",
        "await new Promise((go) => setTimeout(go, 1e9));",
        "try { while (true) {} } catch { api.idToken.setCustomClaim('it', 1); } finally { while (true) {} }",
        "/(a+)+$/.test('a'.repeat(60) + 'b');",
        "await { then() { while (true) {} } };",
        "await { get then() { while (true) {} } };",
        "api.idToken.setCustomClaim('it', { toJSON() { while (true) {} } });",
        "console.log({ toString() { while (true) {} }, toJSON() { return undefined; } });",
    ] {
        stopped(&engine, body(code), Cause::Time);
    }
    stopped(&engine, rule("function (user, context, callback) { while (true) {} }"), Cause::Time);
}

/// The engine looks at the clock once in thousands of calls, and each of these may take long.
#[test]
fn endless_printing_is_ended() {
    let engine = Engine::new(limits());
    let outcome = engine.run(&[body("const s = 'x'.repeat(4e6); for (;;) console.log(s);")], event());
    let error = error(&outcome);
    assert_eq!((error.cause, error.line), (Cause::Time, Some(1)), "{error}");
    assert!(!texts(&outcome).is_empty());
}

#[test]
fn reading_error_counts_against_time_limit() {
    let code = "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { while (true) {} } }); throw e;";
    let began = Instant::now();
    let outcome = Engine::new(limits()).run(&[body(code)], event());
    assert_eq!(error(&outcome).cause, Cause::Thrown);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// The engine sorts without looking up: nothing can stop it, and so nobody waits for it.
/// Proves: script-failures
#[test]
fn uninterruptible_script_is_abandoned() {
    let engine = Engine::new(limits());
    let outcome = engine.run(
        &[
            body("console.log('before');"),
            body("[].sort.call({ length: 2 ** 32 });"),
            body("console.log('after');"),
        ],
        event(),
    );
    let error = error(&outcome);
    assert_eq!((error.cause, outcome.runs.len()), (Cause::Time, 2), "{error}");
    assert_eq!(texts(&outcome), ["before"], "what is known of those before is kept");
    let next = engine.run(&[body("api.idToken.setCustomClaim('it', 1);")], event());
    assert_eq!(next.decisions.id_token["it"], json!(1), "{next:?}");
}

#[test]
fn endless_allocation_is_refused() {
    let engine = Engine::new(Limits { time: Duration::from_secs(30), memory: 8 << 20, ..Limits::default() });
    for code in [
        "const a = []; while (true) a.push({ n: a.length });",
        "const a = []; while (true) a.push('x'.repeat(10000) + a.length);",
        "new ArrayBuffer(1e9);",
        "new Uint8Array(1e9);",
        "new Array(1e9).fill(1);",
        "let a = [1]; while (true) a = [...a, ...a];",
        "const m = new Map(); for (let n = 0; ; n++) m.set(n, [n]);",
        "let f = null; while (true) { const g = f; f = () => g; }",
        "await null; const o = {}; for (let n = 0; ; n++) o['k' + n] = {};",
        "JSON.stringify(new Array(1e7).fill('x'));",
        "const a = []; while (true) a.push(Promise.resolve(a));",
        "for (;;) setTimeout(() => {}, 1000);",
        "const a = [{}]; await Promise.all(Array.from({ length: 1e6 }, async () => { a.push(new Array(1000).fill(0)); }));",
    ] {
        stopped(&engine, body(code), Cause::Memory);
    }
    let left = "function (user, context, callback) { const a = []; while (true) a.push([]); }";
    stopped(&engine, rule(left), Cause::Memory);
}

/// Promises that wait for each other without end leave no memory, also none to say so with.
#[test]
fn endless_promise_chain_is_ended() {
    let engine = Engine::new(Limits { time: Duration::from_secs(30), memory: 8 << 20, ..Limits::default() });
    let outcome =
        engine.run(&[body("const again = () => Promise.resolve().then(again); await again();")], event());
    let error = error(&outcome);
    assert!(error.message.contains("memory"), "{error}");
}

/// Wherever the engine runs out of memory, it is the script that fails.
/// Proves: script-failures
#[test]
fn any_memory_limit_gives_outcome() {
    let busy = body(
        "const { a, ...b } = { a: [1, 2, 3].map((n) => n * 2), b: new Map([[1, { c: 1n }]]), d: /x(y)?/u.exec('xy') };
         class C extends Array { #p = 1; get p() { return this.#p; } }
         function* g() { yield* [1, 2, new C(3).p]; }
         await Promise.all([...g()].map(async (n) => { await null; return JSON.parse(JSON.stringify({ n, a, s: `${n}`.padEnd(99) })); }));
         await new Promise((go) => setTimeout(go, 1));
         console.log([...new Set('abc')], new Date(0), Symbol('x').description, new Error('x').stack, Object.entries(b).length);
         try { null.x; } catch (e) { api.idToken.setCustomClaim('it', e.message).user.setAppMetadata('x', { y: [1] }); }",
    );
    let rule = rule(
        "async function (user, context, callback) { await null; context.idToken.it = { a: [1] }; callback(null, user, context); }",
    );
    let mut went = 0;
    for memory in (1_000..600_000).step_by(1_499) {
        let engine = Engine::new(Limits { time: Duration::from_secs(30), memory, ..Limits::default() });
        for script in [&busy, &rule] {
            went += usize::from(engine.run(std::slice::from_ref(script), event()).verdict == Verdict::Go);
        }
    }
    assert!(went > 100 && went < 700, "{went}");
}

#[test]
fn endless_recursion_is_refused() {
    let engine = Engine::new(Limits { time: Duration::from_secs(30), ..Limits::default() });
    for code in [
        "const f = () => f() + 1; f();",
        "const o = { toString() { return '' + o; } }; String(o);",
        "const o = { toJSON() { return JSON.stringify(o); } }; JSON.stringify(o);",
        "JSON.parse('['.repeat(1e5));",
        "eval('('.repeat(1e5));",
        "let p = {}; for (let n = 0; n < 1e5; n++) p = new Proxy(p, {}); p.x;",
        "const f = async () => { await f(); }; await f();",
    ] {
        stopped(&engine, body(code), Cause::Stack);
    }
}

#[test]
fn script_may_catch_own_error() {
    let outcome = run(&[body(
        "try { (function f() { f(); })(); } catch (e) { api.idToken.setCustomClaim('stack', e.name); }
         try { new ArrayBuffer(1e9); } catch (e) { api.idToken.setCustomClaim('memory', e.message); }",
    )]);
    assert_eq!(
        json!(outcome.decisions.id_token),
        json!({ "stack": "RangeError", "memory": "out of memory" })
    );
}

#[test]
fn output_is_bounded() {
    let outcome = run(&[body(
        "for (let n = 0; n < 100000; n++) console.log('x'.repeat(100)); console.log('y'.repeat(1e6));",
    )]);
    let lines = texts(&outcome);
    let size: usize = lines.iter().map(String::len).sum();
    assert!(size < 70_000, "{size}");
    assert!(lines.last().unwrap().contains("more lines were printed and not kept"), "{:?}", lines.last());
}

#[test]
fn claims_scopes_and_metadata_are_bounded() {
    for code in [
        "api.idToken.setCustomClaim('it', 'x'.repeat(200000));",
        "for (let n = 0; n < 1000; n++) api.accessToken.setCustomClaim('it' + n, 'x'.repeat(1000));",
        "for (let n = 0; ; n++) api.accessToken.addScope('s' + n);",
        "api.user.setAppMetadata('it', 'x'.repeat(100000));",
        "for (let n = 0; ; n++) api.user.setUserMetadata('it' + n, 'x'.repeat(1000));",
    ] {
        let error = error(&run(&[body(code)]));
        assert_eq!(error.cause, Cause::Thrown, "{code}: {error}");
    }
}

/// What a call is given becomes the engine's own: parsed, a text of small objects has a hundred times its size.
#[cfg(target_os = "linux")]
#[test]
fn call_arguments_count_against_memory_limit() {
    let engine = Engine::new(Limits { time: Duration::from_secs(30), ..Limits::default() });
    let objects = "Array(1200).fill(Array(1000).fill({ a: 0 }))";
    let error =
        error(&engine.run(&[body(&format!("api.idToken.setCustomClaim('it', {objects});"))], event()));
    assert_eq!(error.cause, Cause::Thrown, "{error}");
    let code = format!(
        "console.log(api.cache.set('it', {objects}).code);
         try {{ api.access.deny({objects}); }} catch {{}}"
    );
    let outcome = engine.run(&[body(&code)], event());
    assert_eq!(texts(&outcome), ["CacheValueSizeExceeded"]);
    assert!(
        matches!(outcome.verdict, Verdict::Denied(_)),
        "a \"no\" is one, whatever is wrong with it: {outcome:?}"
    );

    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kibibytes < 512 << 10, "{kibibytes} KiB, of all tests together");
}
