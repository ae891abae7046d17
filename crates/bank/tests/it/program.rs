//! The bank as a program: it opens, serves, logs, and closes.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database;
use crate::issuer::{FIRST, TestIssuer};
use crate::test_bank::{ADA, AUDIENCE, BEN, NOW, order_of};

/// A running bank with an account of Ada's and one of Ben's.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
    /// Where it serves metrics.
    metrics: Option<String>,
    /// Reads the log, so that the program never blocks on a full pipe.
    log: JoinHandle<String>,
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bank"));
    // No certificate authorities: a bare machine has none, and a local issuer needs none.
    command.env_clear().env("SSL_CERT_FILE", "/nowhere").env("SSL_CERT_DIR", "/nowhere");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn client() -> Client {
    Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

impl Program {
    /// On this database, as `--database` names it.
    pub(crate) fn start(issuer: &str, database: &str, level: &str) -> Self {
        Self::start_with(issuer, database, level, [])
    }

    /// With more in its environment.
    pub(crate) fn start_with(
        issuer: &str,
        database: &str,
        level: &str,
        envs: impl IntoIterator<Item = (&'static str, OsString)>,
    ) -> Self {
        let mut child = program()
            .env("RUST_LOG", level)
            .envs(envs)
            .args([
                "--audit",
                "--grace",
                "0",
                "--listen",
                "127.0.0.1:0",
                "--issuer",
                issuer,
                "--audience",
                AUDIENCE,
            ])
            .args(["--account", &format!("{ADA}; Ada Example; 250000; EUR; auth0|1001")])
            .args(["--account", &format!("{BEN}; Ben Example; 0; EUR; auth0|1002")])
            .args(["--database", database, "--transfers-per-minute", "0", "--reads-per-minute", "0"])
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let (mut log, mut metrics): (Vec<String>, _) = (Vec::new(), None);
        let address = loop {
            let Some(line) = lines.next() else {
                let ended = child.wait_with_output().unwrap();
                panic!("it is not open: {log:?}, {}", String::from_utf8_lossy(&ended.stderr));
            };
            log.push(line.clone());
            if let Some((_, address)) = line.split_once("metrics are served address=") {
                metrics = Some(address.to_owned());
            }
            if let Some((_, address)) = line.split_once("the bank is open address=") {
                break format!("http://{address}");
            }
        };
        let log = std::thread::spawn(move || {
            log.extend(lines);
            log.join("\n")
        });
        Self { child, address, metrics, log }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Response {
        client().get(format!("{}{path}", self.address)).bearer_auth(token).send().await.unwrap()
    }

    async fn post(&self, token: &str) -> Response {
        self.order(token, Uuid::new_v4(), &order_of(77_777)).await
    }

    /// The status of the answer to an order.
    pub(crate) async fn send(&self, token: &str, id: Uuid, order: &Value) -> u16 {
        self.order(token, id, order).await.status().as_u16()
    }

    async fn order(&self, token: &str, id: Uuid, order: &Value) -> Response {
        client()
            .post(format!("{}/transfer", self.address))
            .bearer_auth(token)
            .header("content-type", "application/json")
            .header("idempotency-key", id.to_string())
            .body(order.to_string())
            .send()
            .await
            .unwrap()
    }

    /// With SIGKILL, as by a power cut.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As a service manager does.
    fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }

    /// Stops it, and returns its exit code and its log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.ask_to_stop();
        let status = self.child.wait().unwrap();
        (status.code(), self.log.join().unwrap())
    }
}

pub(crate) fn token(issuer: &TestIssuer, subject: &str, scope: &str) -> String {
    FIRST.token(&json!({
        "iss": issuer.url, "sub": subject, "aud": AUDIENCE, "scope": scope, "exp": NOW * 2,
        "jti": Uuid::new_v4().to_string(),
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn serves_until_signal() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = TestIssuer::start().await;
    let bank = Program::start(&issuer.url, &database::flag(&folder).await, "info");
    let answer = bank.get("/balance", &token(&issuer, "auth0|1001", "view:balance")).await;
    assert_eq!(answer.status(), 200);
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["balance"]["amount"], 250_000);

    let (code, log) = bank.stop();
    assert_eq!(code, Some(0));
    assert!(log.ends_with("the bank is closed"), "{log}");
    if database::server().is_none() {
        assert!(database::file(&folder).exists());
        assert!(!database::file(&folder).with_extension("sqlite-wal").exists(), "closed books are one file");
    }
}

/// Proves: shutdown-not-blocked
#[tokio::test(flavor = "multi_thread")]
async fn incomplete_request_does_not_block_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = TestIssuer::start().await;
    let bank = Program::start(&issuer.url, &database::flag(&folder).await, "info");
    let address = bank.address.trim_start_matches("http://");
    let mut half = TcpStream::connect(address).unwrap();
    half.write_all(b"POST /transfer HTTP/1.1\r\nHost: loc").unwrap();
    // A later request was answered, so this one was accepted too.
    let mut whole = TcpStream::connect(address).unwrap();
    whole.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    whole.read_to_string(&mut String::new()).unwrap();

    bank.ask_to_stop();
    half.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let waits = |error: &std::io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    assert!(!half.read(&mut [0]).is_err_and(|error| waits(&error)), "the bank waits for the other half");
    let (code, log) = bank.stop();
    assert_eq!(code, Some(0));
    assert!(log.ends_with("the bank is closed"), "{log}");
}

/// Proves: threat-logged-secrets
#[tokio::test(flavor = "multi_thread")]
async fn log_has_subject_and_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = TestIssuer::start().await;
    // The logs of this program and of all its libraries.
    let bank = Program::start(&issuer.url, &database::flag(&folder).await, "trace");
    let (transfer, view) =
        (token(&issuer, "auth0|1001", "transfer:funds"), token(&issuer, "auth0|1001", "view:balance"));
    let made = bank.post(&transfer).await;
    assert_eq!(made.status(), 201);
    assert_eq!(bank.post(&transfer).await.status(), 401);
    assert_eq!(bank.post(&view).await.status(), 403);
    assert_eq!(bank.post("not.a.token").await.status(), 401);
    assert_eq!(bank.get(&format!("/balance?access_token={transfer}"), &view).await.status(), 200);
    let (_, log) = bank.stop();

    let request_id = made.headers()["x-request-id"].to_str().unwrap();
    let line = log.lines().find(|line| line.contains(request_id) && line.contains("answered"));
    let line = line.unwrap_or_else(|| panic!("{request_id} is missing in: {log}"));
    for part in ["method=POST", r#"path="/transfer""#, r#"sub="auth0|1001""#, "status=201"] {
        assert!(line.contains(part), "{part} is missing in: {line}");
    }
    for problem in ["token-spent", "insufficient-scope", "invalid-token"] {
        assert!(log.contains(&format!(r#"problem="{problem}""#)), "{problem} is missing");
    }
    // The header of a token is the same for all and says nothing.
    let parts = [&transfer, &view].map(|token| token.split('.').skip(1));
    let secrets = ["not.a.token", "Bearer", "77777", "Lunch", "Ada", ADA, BEN];
    for secret in parts.into_iter().flatten().chain(secrets) {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[test]
fn reports_wrong_flags() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (["--account", "DE89"], "needs four or five parts, separated by `;`"),
        (["--account", "DE89; Ada; much; EUR"], "the balance `much` is no whole number"),
        (["--account", "DE89; Ada; 1; EUR"], "an IBAN of DE has 22 characters, not 4"),
        (["--jwks-uri", "nowhere"], "jwks_uri is `nowhere`, but must be an absolute http or https URL"),
        (["--database", "mysql://bank:secret@localhost/bank"], "--database: it must begin with `sqlite:`"),
        (["--listen", "here"], "cannot listen on `here`, as --listen says"),
    ] {
        let mut command = program();
        if arguments[0] != "--listen" {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let output = command
            .env("BANK_DATABASE", format!("sqlite:{}/bank.sqlite", folder.path().display()))
            .args(arguments)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert!(message.contains(expected), "{arguments:?}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

/// Proves: bank-metrics
#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_their_own_address() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = TestIssuer::start().await;
    let listen = [("BANK_METRICS", OsString::from("127.0.0.1:0"))];
    let bank = Program::start_with(&issuer.url, &database::flag(&folder).await, "info", listen);
    let (transfer, view) =
        (token(&issuer, "auth0|1001", "transfer:funds"), token(&issuer, "auth0|1001", "view:balance"));
    assert_eq!(bank.post(&transfer).await.status(), 201);
    assert_eq!(bank.get(&format!("/transfers/{}", Uuid::new_v4()), &view).await.status(), 404);
    assert_eq!(bank.get("/metrics", &view).await.status(), 404, "not at the public address");
    let text =
        client().get(format!("http://{}/metrics", bank.metrics.as_ref().unwrap())).send().await.unwrap();
    assert!(text.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let text = text.text().await.unwrap();
    for line in [
        r#"http_requests_total{method="POST",route="/transfer",status="201"} 1"#,
        r#"http_requests_total{method="GET",route="/transfers/{id}",status="404"} 1"#,
        r#"http_request_duration_seconds_count{method="POST",route="/transfer"} 1"#,
        r#"bank_transfers_total{outcome="made"} 1"#,
        r#"bank_key_fetches_total{outcome="news"} 1"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in: {text}");
    }
    assert!(!text.contains("1001"), "{text}");
    bank.stop();
}
