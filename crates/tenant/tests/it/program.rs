//! The program `tenant`: its commands, and that it survives what ends programs.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::harness::program::{Cookies, Program, location, tenant};
use crate::harness::{BALANCE, PASSWORD, authorize};
use crate::restart::postgres;

const CONFIG: &str = r#"
issuer = "http://localhost:8090/"
listen = "127.0.0.1:0"

[[clients]]
id = "riser"
name = "Riser"
redirect_uris = ["http://localhost:8080/callback"]

[[apis]]
identifier = "https://my-banking-api"
name = "Banking"
scopes = [{ name = "view:balance", asks_to = "see your balance" }]

[[customers]]
sub = "auth0|1001"
email = "customer@example.com"
name = "Ada"
password = { env = "PASSWORD_OF_ADA" }
"#;

fn run(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let Output { status, stdout, stderr } = tenant(folder).args(arguments).output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[cfg(unix)]
#[test]
fn serves_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG).unwrap();
    let program = Program::start(folder.path(), &["--grace", "0"]);
    // Somebody who never sends the other half of a request does not keep it from stopping.
    let mut half = TcpStream::connect(&program.address).unwrap();
    half.write_all(b"POST /u/login HTTP/1.1\r\nHost: loc").unwrap();
    assert!(program.get("/healthz", &mut Cookies::new()).0.starts_with("HTTP/1.1 200 OK"));
    let said = program.stop();
    assert!(said.trim_end().ends_with("closed"), "{said}");
    half.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let waits = |error: &std::io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    assert!(!half.read(&mut [0]).is_err_and(|error| waits(&error)), "it waits for the other half");
}

/// One request over HTTPS, as a device that trusts this certificate makes it.
fn get_over_tls(program: &Program, certificate: &Path, name: &str, path: &str) -> std::io::Result<String> {
    let certificate = CertificateDer::from_pem_file(certificate).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let client =
        ClientConnection::new(Arc::new(config), ServerName::try_from(name.to_owned()).unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(&program.address)?);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:8090\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Proves: local-authority
#[test]
fn serves_https_with_an_authority_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG).unwrap();
    let program = Program::start(folder.path(), &["--tls", "--tls-name", "phone.lan"]);
    let certificate = folder.path().join("data/tls/ca.crt");
    let get = |name: &str, path: &str| get_over_tls(&program, &certificate, name, path);
    for name in ["localhost", "127.0.0.1", "phone.lan"] {
        let metadata = get(name, "/.well-known/openid-configuration").unwrap();
        assert!(metadata.contains("\"issuer\":\"https://localhost:8090/\""), "{metadata}");
    }
    let phone = get("localhost", "/phone").unwrap();
    assert!(phone.contains("; Secure"), "{phone}");
    assert!(get("localhost", "/ca.crt").unwrap().contains("content-type: application/x-x509-ca-cert\r\n"));
    let refused = get("other.lan", "/").unwrap_err();
    assert!(refused.to_string().contains("not valid for name"), "{refused}");
    let (head, body) = program.get("/phone", &mut Cookies::new());
    assert!(head.starts_with("HTTP/1.1 400 ") && body.contains("https://"), "{head} {body}");
    program.kill();

    let (ended_well, _, error) = run(folder.path(), &["--tls", "--tls-name", "bank.example"]);
    assert!(!ended_well && error.contains("not for `bank.example`"), "{error}");
    let (ended_well, _, error) = run(folder.path(), &["--tls-name", "phone.lan"]);
    assert!(!ended_well && error.contains("--tls"), "{error}");
}

/// As the power fails: what a browser was told is true afterwards.
/// Proves: session-durable
#[test]
fn session_survives_kill() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG).unwrap();
    let server = postgres("program");
    for database in ["sqlite:sessions.sqlite", &server] {
        let arguments = ["serve", "--database", database];
        let program = Program::start(folder.path(), &arguments);
        let (mut browser, mut other, mut phone) = (Cookies::new(), Cookies::new(), Cookies::new());
        program.pair_phone(&mut phone);
        assert!(program.log_in(&mut other).contains("#access_token="));
        program.get("/v2/logout", &mut other.clone());
        assert!(program.log_in(&mut browser).contains("#access_token="));
        let key = program.key_that_signs();
        program.kill();

        let program = Program::start(folder.path(), &arguments);
        assert_eq!(program.key_that_signs(), key);
        assert!(location(&program.get(&authorize(BALANCE), &mut browser).0).contains("#access_token="));
        assert!(location(&program.get(&authorize(BALANCE), &mut other).0).starts_with("/u/login"));
        let page = program.get("/phone", &mut phone).1;
        assert!(page.contains("action=\"/phone/unpair\""), "{page}");
        program.kill();
    }
}

/// Proves: key-rotation
#[test]
fn running_tenant_notices_rotation() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG).unwrap();
    let (done, _, error) = run(folder.path(), &["rotate-keys"]);
    assert!(!done && error.contains("makes one when it starts"), "{error}");
    let program = Program::start(folder.path(), &[]);
    let before = program.key_that_signs();
    let (done, said, error) = run(folder.path(), &["rotate-keys"]);
    assert!(done, "{error}");
    let after = program.key_that_signs();
    assert_ne!(before, after);
    assert!(said.contains(&format!("signing with   {after}")) && said.contains(&before), "{said}");
    assert!(said.contains("600 min from now"), "the ID token's ten hours: {said}");
    program.kill();
}

/// Three log-ins, and then another Action: from a file that was saved, and from the running tenant itself.
/// Proves: script-replay
#[test]
fn replay_tells_which_decisions_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // The log answers under the issuer's own name, so the port has to be known before.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let action = "[[actions]]\nname = \"Tier\"\nfile = \"tier.js\"\n";
    let config = CONFIG
        .replace("localhost:8090", &format!("localhost:{port}"))
        .replace("127.0.0.1:0", &format!("127.0.0.1:{port}"));
    fs::write(path("tenant.toml"), format!("{config}\n{action}")).unwrap();
    let code = "exports.onExecutePostLogin = async (event, api) => api.idToken.setCustomClaim('log_ins', event.stats.logins_count);";
    fs::write(path("tier.js"), code).unwrap();
    let program = Program::start(folder.path(), &[]);
    for _ in 0..3 {
        assert!(program.log_in(&mut Cookies::new()).contains("#access_token="));
    }
    let (done, said, error) = run(folder.path(), &["replay"]);
    assert!(done && said == "All 3 decisions are the same.\n", "{said}{error}");
    fs::write(
        path("new.js"),
        code.replace(
            "event.stats.logins_count",
            "event.stats.logins_count > 2 ? 'many' : event.stats.logins_count",
        ),
    )
    .unwrap();
    let (done, said, error) = run(folder.path(), &["replay", "--action", "Tier=new.js"]);
    assert!(done && said.ends_with("1 of 3 decisions changes.\n"), "{said}{error}");
    assert!(said.contains("id_token.log_ins: 3 → \"many\""), "{said}");
    program.kill();
    let (done, _, error) = run(folder.path(), &["replay"]);
    assert!(!done && error.contains("Is the tenant running?"), "{error}");
}

#[test]
fn invalid_file_prevents_start() {
    let folder = tempfile::tempdir().unwrap();
    let (done, _, error) = run(folder.path(), &[]);
    assert!(
        !done && error.contains("tenant.toml cannot be read") && error.contains("tenant init"),
        "{error}"
    );
    fs::write(folder.path().join("tenant.toml"), CONFIG.replace("issuer", "isuer")).unwrap();
    for command in ["serve", "check", "rotate-keys"] {
        let (done, _, error) = run(folder.path(), &[command]);
        assert!(!done);
        assert!(error.starts_with("error: tenant.toml:2:1: `isuer` is not known here\n"), "{error}");
        assert!(error.contains("did you mean `issuer`?"), "{error}");
    }
}

/// Proves: tenant-listens-locally
#[test]
fn listens_on_loopback_by_default() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG.replace("127.0.0.1:0", "0.0.0.0:0")).unwrap();
    let (done, _, error) = run(folder.path(), &[]);
    assert!(!done && error.contains("development tenant") && error.contains("--allow-remote"), "{error}");
    let (_, said, _) = run(folder.path(), &["check"]);
    assert!(said.contains("only with --allow-remote"), "{said}");
    let (done, _, error) = run(folder.path(), &["--listen", "[::]:0"]);
    assert!(!done && error.contains("--allow-remote"), "{error}");
    let mut program = tenant(folder.path()).arg("--allow-remote").spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains("THIS IS A DEVELOPMENT TENANT"));
    program.kill().unwrap();
    program.wait().unwrap();
}

#[test]
fn init_writes_valid_files_once() {
    let folder = tempfile::tempdir().unwrap();
    let (done, said, error) = run(folder.path(), &["init", "new"]);
    assert!(done, "{error}");
    assert!(said.contains("tenant --config new/tenant.toml"), "{said}");
    let (config, action) =
        (folder.path().join("new/tenant.toml"), folder.path().join("new/actions/step-up.js"));
    assert!(fs::read_to_string(&action).unwrap().contains("api.multifactor.enable('any'"));
    let (done, said, error) = run(folder.path(), &["check", "--config", "new/tenant.toml"]);
    assert!(done, "{error}");
    for part in
        ["my-app", "https://my-banking-api", "customer@example.com", "new/data", "new/actions/step-up.js"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(PASSWORD), "{said}");

    fs::write(&action, "mine").unwrap();
    fs::remove_file(&config).unwrap();
    let (done, _, error) = run(folder.path(), &["init", "new"]);
    assert!(!done && error.contains("new/actions/step-up.js exists, and nothing was written"), "{error}");
    assert!(!config.exists());
    assert_eq!(fs::read_to_string(&action).unwrap(), "mine");
}

/// Everything that the file of `init` says in comments is understood when it is said.
#[test]
fn init_comments_are_valid_settings() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["init"]);
    let config = folder.path().join("tenant.toml");
    let uncommented: String = fs::read_to_string(&config)
        .unwrap()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            // What is written as TOML, and no sentence.
            Some(toml) if toml.starts_with('[') || toml.split(" = ").next().is_some_and(is_key) => toml,
            _ => line,
        })
        .filter(|line| !line.starts_with("password = ") && !line.starts_with("database = "))
        .map(|line| match line {
            "email = \"customer@example.com\"" => {
                format!("{line}\npassword = {{ env = \"PASSWORD_OF_ADA\" }}\n")
            }
            line => format!("{line}\n"),
        })
        .collect();
    for name in
        ["phone", "push_window", "totp_secret", "plan", "kind", "secrets", "web_origins", "signing_alg"]
    {
        assert!(uncommented.contains(&format!("\n{name} = ")), "{name}: {uncommented}");
    }
    fs::write(&config, &uncommented).unwrap();
    let output = tenant(folder.path())
        .arg("check")
        .envs([
            ("TOTP_SECRET_OF_ADA", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            ("API_KEY", "key"),
            ("RISER_CONTROL_TOKEN", "sixteen characters"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{uncommented}", String::from_utf8_lossy(&output.stderr));
}

fn is_key(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn hashed_password_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = tenant(folder.path()).arg("hash-password").stdin(Stdio::piped()).spawn().unwrap();
    program.stdin.take().unwrap().write_all(b"another password\n").unwrap();
    let output = program.wait_with_output().unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(line.starts_with("password = { hash = \"$argon2id$v=19$"), "{line}");
    let config = CONFIG.replace("password = { env = \"PASSWORD_OF_ADA\" }", line.trim());
    fs::write(folder.path().join("tenant.toml"), config).unwrap();
    let (done, _, error) = run(folder.path(), &["check"]);
    assert!(done, "{error}");
}

#[test]
fn database_error_hides_password() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG).unwrap();
    for database in ["mysql://tenant:hunter2@localhost/x", "postgres://tenant:hunter2@127.0.0.1:1/x"] {
        let (done, said, error) = run(folder.path(), &["--database", database]);
        assert!(!done && !error.is_empty());
        assert!(!error.contains("hunter2") && !said.contains("hunter2"), "{error}");
    }
}

/// Which of them `localhost` is, browsers and programs see differently.
/// Proves: listener-localhost
#[test]
fn listens_on_both_loopback_addresses() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), CONFIG).unwrap();
    let has_v6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    for listen in ["127.0.0.1:0", "[::1]:0"] {
        if listen.starts_with('[') && !has_v6 {
            continue;
        }
        let mut program = Program::start(folder.path(), &["--listen", listen]);
        let (_, port) = program.address.rsplit_once(':').unwrap();
        let port = port.to_owned();
        for host in ["127.0.0.1", "[::1]"] {
            if host.starts_with('[') && !has_v6 {
                continue;
            }
            program.address = format!("{host}:{port}");
            let (head, _) = program.get("/.well-known/openid-configuration", &mut Cookies::new());
            assert!(head.starts_with("HTTP/1.1 200 OK"), "{listen} at {host}: {head}");
        }
        program.kill();
    }
}
