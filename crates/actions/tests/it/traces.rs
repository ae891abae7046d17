//! What a developer reads when something went wrong.

use actions::{Cause, Script};

use crate::harness::{action, body, error, rule, run};

#[test]
fn error_has_position_in_script() {
    let code = "// one\nconst look = (event) => {\n  return event.nobody.here;\n};\nexports.onExecutePostLogin = async (event, api) => {\n  await null;\n  look(event);\n};\n";
    let error = error(&run(&[action(code)]));
    assert_eq!((error.cause, error.line, error.column), (Cause::Thrown, Some(3), Some(10)), "{error}");
    assert_eq!(
        error.to_string(),
        "My Action: TypeError: cannot read property 'here' of undefined\n  3 |   return event.nobody.here;\n    at look (My Action:3:10)\n    at a function (My Action:7:8)"
    );
}

#[test]
fn syntax_error_has_position() {
    for (script, line, column) in [
        (action("exports.onExecutePostLogin = async () => {\n  const = 1;\n};"), 2, 9),
        (rule("function (user, context, callback) {\n  const = 1;\n}"), 2, 9),
        (rule("function (user const) {}"), 1, 16),
    ] {
        let error = error(&run(&[script]));
        assert_eq!(
            (error.cause, error.line, error.column),
            (Cause::Syntax, Some(line), Some(column)),
            "{error}"
        );
    }
}

#[test]
fn any_thrown_value_is_reported() {
    for (thrown, message) in [
        ("'a text'", "Uncaught a text"),
        ("undefined", "Uncaught undefined"),
        ("7", "Uncaught 7"),
        ("{ a: 1 }", "Uncaught [object Object]"),
        ("new Error('a\\n2026-01-01 INFO b\\u001b[31m')", "Error: a 2026-01-01 INFO b [31m"),
        ("new RangeError('far')", "RangeError: far"),
        ("Object.assign(new Error('x'), { name: 'Mine' })", "Mine: x"),
        ("Object.create(null)", "Uncaught something"),
        ("new Proxy(new Error('x'), { get() { throw 1; } })", "Uncaught something"),
        ("Symbol('s')", "Uncaught something"),
    ] {
        let error = error(&run(&[body(&format!("throw {thrown};"))]));
        assert_eq!((error.cause, error.message.as_str()), (Cause::Thrown, message), "{thrown}: {error}");
    }
}

#[test]
fn action_without_handler_lists_exports() {
    for (code, told) in [
        ("", "exports no function onExecutePostLogin"),
        ("exports.onExecutePostChallenge = async () => {};", "(it exports onExecutePostChallenge)"),
        ("exports.onExecutePostLogin = 7;", "(it exports onExecutePostLogin)"),
        ("module.exports = null;", "exports no function"),
    ] {
        let error = error(&run(&[action(code)]));
        assert!(error.message.contains(told), "{code}: {error}");
    }
}

/// Proves: script-secrets
#[test]
fn secrets_are_in_no_trace() {
    let script = Script {
        secrets: [("KEY".to_owned(), "swordfish".to_owned())].into(),
        ..body("\n throw new Error('refused: ' + event.secrets.KEY + ' swordfish');")
    };
    let outcome = run(&[script]);
    let text = format!("{} {outcome:?}", error(&outcome));
    assert!(text.contains("refused: [secret KEY]") && !text.contains("swordfish"), "{text}");
}

/// A key in PEM has lines, and whoever prints `event` prints JSON.
#[test]
fn secrets_are_in_no_json_trace() {
    let secret = "-----BEGIN KEY-----\nsword\"fish\"\n";
    for code in [
        "console.log(event.secrets.KEY);",
        "console.log(event);",
        "console.log(JSON.stringify(JSON.stringify(event.secrets)));",
        "throw new Error(JSON.stringify(event.secrets));",
        "api.access.deny(JSON.stringify(event.secrets));",
    ] {
        let script = Script { secrets: [("KEY".to_owned(), secret.to_owned())].into(), ..body(code) };
        let text = format!("{:?}", run(&[script]));
        assert!(text.contains("[secret KEY]") && !text.contains("sword"), "{code}: {text}");
    }
}

#[test]
fn truncation_leaves_no_part_of_secret() {
    for (code, secret) in [
        ("api.access.deny('x'.repeat(495) + event.secrets.KEY);", "swordfish"),
        ("console.log('x'.repeat(4091) + event.secrets.KEY);", "swordfish"),
        ("throw new Error('x'.repeat(985) + event.secrets.KEY);", "swordfish"),
    ] {
        let script = Script { secrets: [("KEY".to_owned(), secret.to_owned())].into(), ..body(code) };
        let text = format!("{:?}", run(&[script]));
        assert!(!text.contains("xs"), "{code}: {text}");
    }
}

#[test]
fn endless_loop_names_its_function() {
    use actions::Engine;
    let code =
        "function spin() {\n  for (;;) {}\n}\nexports.onExecutePostLogin = async () => {\n  spin();\n};\n";
    let error = error(&Engine::new(crate::harness::limits()).run(&[action(code)], crate::harness::event()));
    assert_eq!(error.cause, Cause::Time);
    assert!(error.stack.iter().any(|frame| frame.function == "spin"), "{error}");
}
