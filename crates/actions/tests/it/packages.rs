//! `require` of packages from a folder, as Node finds them, and of nothing outside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use actions::{Engine, Environment, Limits, Verdict};
use serde_json::{Value, json};

use crate::harness::{body, error, event};

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn engine(folder: &Path) -> Engine {
    let environment = Environment::default().with_packages(folder).unwrap();
    Engine::new(Limits { time: Duration::from_secs(30), ..Limits::default() }).within(environment)
}

#[track_caller]
fn value(engine: &Engine, expression: &str) -> Value {
    let code = format!("api.idToken.setCustomClaim('it', {expression});");
    let outcome = engine.run(&[body(&code)], event());
    assert_eq!(outcome.verdict, Verdict::Go, "{expression}: {:?}", outcome.runs);
    outcome.decisions.id_token["it"].clone()
}

fn packages() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            (
                "plain/index.js",
                "exports.name = 'plain'; exports.file = __filename; exports.data = require('./data');",
            ),
            ("plain/data.json", "{ \"a\": [1, 2] }"),
            ("main/package.json", "{ \"main\": \"./lib\" }"),
            ("main/lib/index.js", "module.exports = () => require('plain').name + require('../other').x;"),
            ("main/other.js", "exports.x = '+other'; exports.back = require('./lib');"),
            ("old@1.0.0/index.js", "module.exports = 'one';"),
            ("old/index.js", "module.exports = 'newest';"),
            (
                "@scope/thing/package.json",
                "{ \"exports\": { \".\": { \"import\": \"./esm.mjs\", \"require\": \"./cjs.cjs\" }, \"./sub/*\": \"./s/*.js\" } }",
            ),
            ("@scope/thing/cjs.cjs", "module.exports = 'required';"),
            ("@scope/thing/esm.mjs", "export default 'imported';"),
            ("@scope/thing/s/a.js", "module.exports = 'sub a';"),
            ("@scope/thing/hidden.js", "module.exports = 'hidden';"),
            ("nested/index.js", "module.exports = require('inner');"),
            ("nested/node_modules/inner/index.js", "module.exports = 'its own';"),
            ("inner/index.js", "module.exports = 'the outer';"),
            ("modern/package.json", "{ \"type\": \"module\", \"exports\": \"./index.js\" }"),
            (
                "modern/index.js",
                "import { two } from './two.js'; export const one = 1; export { two }; export default { d: 3 };",
            ),
            ("modern/two.js", "export const two = 2;"),
            ("slow/package.json", "{ \"type\": \"module\", \"exports\": \"./index.js\" }"),
            ("slow/index.js", "await new Promise(() => {}); export const x = 1;"),
            ("broken/index.js", "throw new Error('broken package');"),
            ("wrong/index.js", "const ;"),
            ("cycle/a.js", "exports.early = 1; exports.b = require('./b'); exports.late = 2;"),
            ("cycle/b.js", "exports.seen = Object.keys(require('./a'));"),
        ],
    );
    folder
}

/// Proves: script-packages
#[test]
fn packages_are_found_as_node_finds_them() {
    let folder = packages();
    let engine = engine(folder.path());
    for (expression, expected) in [
        ("require('plain').data.a[1]", json!(2)),
        ("require('plain').file", json!("plain/index.js")),
        ("require('plain/data.json').a", json!([1, 2])),
        ("require('plain') === require('plain/index')", json!(true)),
        ("require('main')()", json!("plain+other")),
        ("require('old@1.0.0') + require('old') + require('old@9.9.9')", json!("onenewestnewest")),
        ("require('@scope/thing') + require('@scope/thing@2.0.0')", json!("requiredrequired")),
        ("require('@scope/thing/sub/a')", json!("sub a")),
        ("(await import('@scope/thing')).default", json!("imported")),
        ("require('nested') + require('inner')", json!("its ownthe outer")),
        ("(({ one, two, default: d }) => [one, two, d.d])(require('modern'))", json!([1, 2, 3])),
        ("(await import('modern')).two", json!(2)),
        ("require('cycle/a').b.seen", json!(["early"])),
        ("(() => { try { require('nothing'); } catch (e) { return e.code; } })()", json!("MODULE_NOT_FOUND")),
        (
            "(() => { try { require('@scope/thing/hidden.js'); } catch (e) { return e.code; } })()",
            json!("MODULE_NOT_FOUND"),
        ),
        ("require.resolve('plain')", json!("plain/index.js")),
    ] {
        assert_eq!(value(&engine, expression), expected, "{expression}");
    }
    // A folder that has `node_modules` inside does as well.
    let above = tempfile::tempdir().unwrap();
    write(above.path(), &[("node_modules/thing/index.js", "module.exports = 7;")]);
    assert_eq!(value(&self::engine(above.path()), "require('thing')"), json!(7));
}

/// As in Auth0's sandbox.
#[test]
fn rules_have_some_packages_by_name() {
    let folder = packages();
    write(folder.path(), &[("lodash/index.js", "exports.get = () => 'from lodash';")]);
    let code = "function (user, context, callback) {
        context.idToken.it = [_.get(), typeof jwt, typeof request.get, typeof querystring.parse];
        callback(null, user, context);
    }";
    let outcome = engine(folder.path()).run(&[crate::harness::rule(code)], event());
    assert_eq!(
        outcome.decisions.id_token["it"],
        json!(["from lodash", "undefined", "function", "function"]),
        "{outcome:?}"
    );
}

#[test]
fn error_in_package_is_reported_at_the_call() {
    let folder = packages();
    let engine = engine(folder.path());
    for (name, told) in [
        ("broken", "Error: broken package"),
        ("wrong", "SyntaxError"),
        ("slow", "use await import() instead"),
        ("nothing", "Cannot find module 'nothing'"),
    ] {
        let outcome = engine.run(&[body(&format!("\n  require('{name}');\n"))], event());
        let error = error(&outcome);
        assert!(error.message.contains(told), "{name}: {error}");
        if name != "wrong" {
            assert_eq!(error.line, Some(2), "{name}: {error}");
        }
    }
}

/// Proves: script-packages
#[test]
fn nothing_outside_the_folder_is_read() {
    let elsewhere = tempfile::tempdir().unwrap();
    write(
        elsewhere.path(),
        &[("secret.json", "{ \"leaked\": true }"), ("secret/index.js", "module.exports = 'leaked';")],
    );
    let path = elsewhere.path().display().to_string();
    let folder = packages();
    symlink(elsewhere.path().join("secret.json"), folder.path().join("link.json")).unwrap();
    symlink(elsewhere.path().join("secret"), folder.path().join("linked")).unwrap();
    symlink(elsewhere.path(), folder.path().join("plain/up")).unwrap();
    let up = "../".repeat(20);
    write(
        folder.path(),
        &[
            ("climbs/package.json", &format!("{{ \"main\": \"{up}{path}/secret.json\" }}")),
            ("exports/package.json", &format!("{{ \"exports\": \"./{up}{path}/secret.json\" }}")),
            ("asks/index.js", "module.exports = (name) => require(name);"),
            ("asksmodern/index.mjs", "export const ask = (name) => import(name);"),
        ],
    );
    let engine = engine(folder.path());
    let inside = format!("require('asks')('{up}{path}/secret.json')");
    for code in [
        "require('link.json')",
        "require('linked')",
        "require('plain/up/secret.json')",
        "require('climbs')",
        "require('exports')",
        inside.as_str(),
        "require('asks')('../../secret.json')",
        &format!("require('plain/{up}{path}/secret.json')"),
        &format!("require('{path}/secret.json')"),
        &format!("await import('{path}/secret.json')"),
        &format!("await require('asksmodern/index.mjs').ask('{up}{path}/secret/index.js')"),
        "await require('asksmodern/index.mjs').ask('/etc/passwd')",
        "require('plain\\\\..\\\\..\\\\secret.json')",
        "require('..')",
    ] {
        let outcome = engine.run(&[body(&format!("{code};"))], event());
        assert!(matches!(outcome.verdict, Verdict::Failed { .. }), "{code}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains("leaked"), "{code}: {outcome:?}");
    }
}

/// Proves: script-packages
#[test]
fn large_packages_are_refused_within_the_limits() {
    let folder = packages();
    let large = format!("module.exports = 1; /*{}*/", "x".repeat(5 << 20));
    write(folder.path(), &[("large/index.js", &large)]);
    write(folder.path(), &[("endless/index.js", "while (true) {}")]);
    for n in 0..6 {
        let part = format!("exports.text = 1; /*{}*/", "x".repeat(3 << 20));
        write(folder.path(), &[(&format!("part{n}/index.js"), &part)]);
    }
    let environment = Environment::default().with_packages(folder.path()).unwrap();
    let engine =
        Engine::new(Limits { time: Duration::from_secs(2), ..Limits::default() }).within(environment);
    for (code, told) in [
        ("require('large')", "a file of a package may have"),
        ("for (let n = 0; n < 6; n += 1) require(`part${n}`)", "16777216 bytes of JavaScript"),
        ("require('endless')", "it took longer"),
    ] {
        let outcome = engine.run(&[body(&format!("{code};"))], event());
        assert!(error(&outcome).message.contains(told), "{code}: {:?}", outcome.runs);
    }
}
