//! `require` of Node's modules, and the globals that Node has: each does what it does there.

use actions::Verdict;
use serde_json::{Value, json};

use crate::harness::{body, error, run, texts, value};

/// Expressions, with what Node itself makes of them.
const NODE: &str = include_str!("node.json");

/// Proves: script-modules
#[test]
fn modules_do_what_node_does() {
    let cases: Vec<(String, Value)> = serde_json::from_str(NODE).unwrap();
    assert!(cases.len() > 60, "{}", cases.len());
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(expression, expected)| {
            let outcome = run(&[body(&format!(
                "api.idToken.setCustomClaim('it', JSON.parse(JSON.stringify({expression}) ?? 'null'));"
            ))]);
            let found = outcome.decisions.id_token.get("it").cloned().unwrap_or(Value::Null);
            (outcome.verdict != Verdict::Go || found != expected)
                .then(|| format!("{expression}\n  here {found} {:?}\n  Node {expected}", outcome.verdict))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn versions_and_prefixes_are_taken() {
    for name in ["url", "node:url", "url@0.10.3", "node:crypto", "querystring", "util", "buffer"] {
        assert_eq!(value(&format!("typeof require('{name}')")), json!("object"), "{name}");
    }
    assert_eq!(value("require('url') === require('node:url')"), json!(true));
}

#[test]
fn what_node_has_and_scripts_do_not_says_so() {
    for (code, told) in [
        ("require('fs').readFileSync('/etc/passwd')", "fs.readFileSync: scripts have no files"),
        ("require('child_process').execSync('id')", "scripts have no files, processes"),
        ("require('http').request('http://localhost')", "scripts have no sockets; fetch"),
        ("require('net').connect(80)", "scripts have no sockets"),
        ("require('crypto').createSign('RSA-SHA256')", "crypto.createSign is not supported here"),
        ("await crypto.subtle.generateKey({ name: 'ECDSA' }, true, [])", "is not supported here"),
        ("require('internal/web')", "there is no such module"),
        ("require('lodash')", "packages = \"node_modules\" under [scripts]"),
        ("require('./other.js')", "an Action is one file here"),
        ("require('/etc/passwd')", "scripts have no files"),
        ("require('crypto').randomBytes(1e9)", "65536 random bytes"),
    ] {
        let outcome = run(&[body(&format!("\n  {code};\n"))]);
        let error = error(&outcome);
        assert!(error.message.contains(told), "{code}: {error}");
        assert!(!error.to_string().contains("prelude"), "{error}");
    }
}

/// The process is nobody's: no environment of the tenant, no folder of it.
/// Proves: script-isolation
#[test]
fn process_tells_nothing() {
    let told = value(
        "[Object.keys(process.env).length, process.argv.length, process.cwd(), process.pid, require('os').hostname()]",
    );
    assert_eq!(told, json!([0, 0, "/", 1, "localhost"]));
}

#[test]
fn console_formats_as_node_does() {
    let outcome =
        run(&[body("console.log('%s has %d', 'Ada', 3, 'x'); console.log('100%', 1); console.log('%s');")]);
    assert_eq!(texts(&outcome), ["Ada has 3 x", "100% 1", "%s"]);
}

/// The modules are made anew for each script.
/// Proves: script-isolation
#[test]
fn changed_modules_do_not_leak_into_next_script() {
    let outcome = run(&[
        body(
            "require('url').parse = () => 'poison'; require('crypto').poison = 1; Buffer.prototype.toString = () => 'poison';",
        ),
        body(
            "console.log(require('url').parse('http://a.example/').host, typeof require('crypto').poison, Buffer.from('a').toString());",
        ),
    ]);
    assert_eq!(texts(&outcome), ["a.example undefined a"]);
}
