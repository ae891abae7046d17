//! What the program counts, and where it is served.

use std::fs;
use std::time::SystemTime;

use crate::authenticator::{Authenticator, SECRET};
use crate::harness::program::{Cookies, Program, input, location, tenant};
use crate::harness::{ADA, BALANCE, CALLBACK, PASSWORD, TRANSFER, authorize, authorize_with, cheap_hash};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const ACTION: &str = "exports.onExecutePostLogin = async (event) => { if (event.request.query.state === 'fails') throw new Error(event.user.email); };";

fn config() -> String {
    let hash = cheap_hash();
    format!(
        r#"issuer = "http://localhost:8090/"
listen = "127.0.0.1:0"
[[clients]]
id = "riser"
name = "Riser"
redirect_uris = ["http://localhost:8080/callback"]
[[apis]]
identifier = "https://my-banking-api"
name = "Banking"
scopes = [
  {{ name = "view:balance", asks_to = "see your balance" }},
  {{ name = "transfer:funds", asks_to = "transfer funds" }},
]
step_up_scopes = ["transfer:funds"]
[[actions]]
name = "Sometimes"
file = "action.js"
[[customers]]
sub = "auth0|1001"
email = "customer@example.com"
name = "Ada"
password = {{ hash = "{hash}" }}
[customers.factors]
totp_secret = "{SECRET}"
"#
    )
}

/// Sends the form of a page; gives the head of the answer.
fn submit(program: &Program, page: &str, path: &str, browser: &mut Cookies, more: &[(&str, &str)]) -> String {
    let (state, form_token) = (input(page, "state"), input(page, "form_token"));
    let form: Vec<(&str, &str)> =
        [("state", &*state), ("form_token", &*form_token)].into_iter().chain(more.iter().copied()).collect();
    program.post(path, browser, &form).0
}

fn log_in(program: &Program, browser: &mut Cookies, request: &str, password: &str) -> String {
    let page = location(&program.get(request, browser).0);
    let page = program.get(&page, browser).1;
    submit(program, &page, "/u/login", browser, &[("email", ADA), ("password", password)])
}

/// Proves: tenant-metrics
#[test]
fn counts_without_naming_anybody() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), config()).unwrap();
    fs::write(folder.path().join("action.js"), ACTION).unwrap();
    let program = Program::start(folder.path(), &["--metrics", "127.0.0.1:0"]);
    let mut browser = Cookies::new();
    assert!(log_in(&program, &mut browser, &authorize(BALANCE), "wrong").starts_with("HTTP/1.1 400"));
    let head = log_in(&program, &mut browser, &authorize_with(&[("state", "fails")]), PASSWORD);
    assert!(location(&head).contains("error=access_denied"), "{head}");
    let in_code_flow = authorize_with(&[
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let answer = location(&program.get(&in_code_flow, &mut browser).0);
    let code = answer.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "riser"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    assert!(program.post("/oauth/token", &mut Cookies::new(), &form).1.contains("access_token"));
    let page = location(&program.get(&authorize(TRANSFER), &mut browser).0);
    let page = program.get(&page, &mut browser).1;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let right = Authenticator::with(SECRET).code_at(now / 30);
    let app = Authenticator::with(SECRET);
    let good: Vec<String> = (now / 30 - 2..now / 30 + 3).map(|step| app.code_at(step)).collect();
    let wrong = (0..10).map(|n| format!("{n:06}")).find(|code| !good.contains(code)).unwrap();
    submit(&program, &page, "/u/mfa/code", &mut browser, &[("code", &wrong)]);
    let head = submit(&program, &page, "/u/mfa/code", &mut browser, &[("code", &right)]);
    assert!(location(&head).contains("#access_token="), "{head}");

    let metrics = program.read_metrics();
    for (series, value) in [
        ("tenant_log_ins_total{outcome=\"wrong\"}", 1),
        ("tenant_log_ins_total{outcome=\"right\"}", 1),
        ("tenant_scripts_failed_total{script=\"Sometimes\"}", 1),
        ("tenant_authorization_responses_total{outcome=\"access_denied\"}", 1),
        ("tenant_authorization_responses_total{outcome=\"granted\"}", 2),
        ("tenant_second_factors_total{factor=\"one_time_code\",outcome=\"asked\"}", 1),
        ("tenant_second_factors_total{factor=\"one_time_code\",outcome=\"approved\"}", 1),
        ("tenant_second_factors_total{factor=\"one_time_code\",outcome=\"wrong\"}", 1),
        ("tenant_tokens_issued_total{flow=\"code\",token=\"access_token\"}", 1),
        ("tenant_tokens_issued_total{flow=\"code\",token=\"id_token\"}", 1),
        ("tenant_tokens_issued_total{flow=\"implicit\",token=\"id_token\"}", 1),
        ("tenant_database_writes_total{outcome=\"failed\"}", 0),
        ("tenant_database_changes_pending", 0),
        ("tenant_answers_not_kept_total", 0),
        ("http_requests_total{method=\"POST\",route=\"/oauth/token\",status=\"200\"}", 1),
        ("http_requests_total{method=\"POST\",route=\"/u/login\",status=\"400\"}", 1),
    ] {
        let line = format!("{series} {value}");
        assert!(metrics.lines().any(|it| it == line), "{line} is not in {metrics}");
    }
    assert!(metrics.contains("tenant_database_writes_total{outcome=\"written\"}"), "{metrics}");
    for personal in ["1001", "customer", "example.com", "Ada", "fails", code] {
        assert!(!metrics.contains(personal), "{personal}: {metrics}");
    }
    let (head, _) = program.get("/metrics", &mut Cookies::new());
    assert!(head.starts_with("HTTP/1.1 404"), "not at the public address: {head}");
    program.kill();
}

/// Proves: tenant-metrics
#[test]
fn serves_nothing_unless_enabled() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), config()).unwrap();
    fs::write(folder.path().join("action.js"), ACTION).unwrap();
    let program = Program::start(folder.path(), &[]);
    assert!(program.metrics.is_none());
    assert!(program.get("/metrics", &mut Cookies::new()).0.starts_with("HTTP/1.1 404"));
    program.kill();
    // Other machines read no metrics of a development tenant either, unless they may.
    let output = tenant(folder.path()).args(["--metrics", "0.0.0.0:0"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && error.contains("--metrics") && error.contains("--allow-remote"),
        "{error}"
    );
}
