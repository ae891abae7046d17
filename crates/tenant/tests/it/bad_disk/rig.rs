//! A tenant with a disk of its own, and customers who log in at it.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use faulty_disk::Disk;
use serde_json::Value;
use tempfile::TempDir;

use crate::authenticator::Authenticator;
use crate::harness::program::{Cookies, Program, input, location, tenant};
use crate::harness::{BALANCE, CALLBACK, PASSWORD, TRANSFER, authorize_with, cheap_hash};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A tenant with its own disk.
pub(super) struct Rig {
    folder: TempDir,
    pub(super) disk: Disk,
    program: Program,
    customers: Range<usize>,
    pub(super) restarts: usize,
}

/// What a customer was told, and counts on.
pub(super) struct Acknowledged {
    customer: usize,
    browser: Cookies,
    /// The code of the app that was set up.
    used: String,
    recovery_code: String,
}

/// The answer was 503.
#[derive(Debug)]
pub(super) struct Refused;

impl Rig {
    pub(super) fn new(customers: usize) -> Self {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::new().unwrap());
        let mut config = String::from(
            r#"issuer = "http://localhost:8090/"
listen = "127.0.0.1:0"
database = "sqlite:tenant.sqlite"
[[clients]]
id = "riser"
name = "Riser"
redirect_uris = ["http://localhost:8080/callback"]
[[apis]]
identifier = "https://my-banking-api"
name = "Banking"
scopes = [
  { name = "view:balance", asks_to = "see your balance" },
  { name = "transfer:funds", asks_to = "transfer funds" },
]
step_up_scopes = ["transfer:funds"]
"#,
        );
        let hash = cheap_hash();
        // Each log-in has a customer of its own, who has no second factor yet.
        for n in 0..customers {
            let email = format!("{n}@example.com");
            config.push_str("[[customers]]\nname = \"Ada\"\n");
            writeln!(config, "sub = \"auth0|{n}\"\nemail = \"{email}\"\npassword = {{ hash = \"{hash}\" }}")
                .unwrap();
        }
        std::fs::write(folder.path().join("tenant.toml"), config).unwrap();
        let program = start(folder.path(), &disk);
        Self { folder, disk, program, customers: 0..customers, restarts: 0 }
    }

    /// A whole log-in with a second factor, which is set up on the way; its answer is a code that is redeemed, or has the tokens.
    pub(super) fn log_in(&mut self) -> Result<Acknowledged, Refused> {
        let (program, customer) = (&self.program, self.customers.next().unwrap());
        let mut browser = Cookies::new();
        let in_code_flow = customer % 2 == 0;
        let response_type = if in_code_flow { "code" } else { "id_token token" };
        let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let mut request = vec![("scope", TRANSFER), ("response_type", response_type)];
        request.extend(challenge.into_iter().filter(|_| in_code_flow));
        let page = location(&self.reads("GET", &authorize_with(&request), &mut browser, &[]).0);
        let page = self.reads("GET", &page, &mut browser, &[]).1;
        let (state, form_token) = (input(&page, "state"), input(&page, "form_token"));
        let form = [("state", &*state), ("form_token", &*form_token)];
        let with = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
            form.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let email = format!("{customer}@example.com");
        self.changes("/u/login", &mut browser, &with(&[("email", &email), ("password", PASSWORD)]))?;
        self.always_answers();
        self.changes("/u/mfa/way", &mut browser, &with(&[("way", "first-app")]))?;
        let page = self.reads("GET", &format!("/u/mfa?state={state}"), &mut browser, &[]).1;
        let key = page.split("id=\"key\"").nth(1).unwrap().split_once('>').unwrap().1;
        let app = Authenticator::with(key.split('<').next().unwrap());
        let used = app.code_at(now() / 30);
        self.changes("/u/mfa/code", &mut browser, &with(&[("code", &used)]))?;
        self.always_answers();
        let (head, page) = program.get(&format!("/u/methods/codes?state={state}"), &mut browser);
        refused(&head)?;
        let recovery_code =
            page.split("<li data-code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let answer = self.changes("/u/methods", &mut browser, &with(&[("act", "continue")]))?;
        let answer = location(&answer);
        if in_code_flow {
            let code = answer.split("code=").nth(1).unwrap().split('&').next().unwrap();
            let form = [
                ("grant_type", "authorization_code"),
                ("client_id", "riser"),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
                ("code", code),
            ];
            let tokens: Value =
                serde_json::from_str(&self.reads("POST", "/oauth/token", &mut Cookies::new(), &form).1)
                    .unwrap();
            assert_eq!(tokens["scope"], TRANSFER);
        } else {
            assert!(answer.contains("#access_token="), "{answer}");
        }
        Ok(Acknowledged { customer, browser, used, recovery_code })
    }

    /// Something that changes nothing durable: it is never refused.
    fn reads(
        &self,
        method: &str,
        path: &str,
        browser: &mut Cookies,
        form: &[(&str, &str)],
    ) -> (String, String) {
        let answer = match method {
            "GET" => self.program.get(path, browser),
            _ => self.program.post(path, browser, form),
        };
        assert!(!answer.0.contains(" 503 "), "{method} {path} changes nothing: {answer:?}");
        answer
    }

    /// Something that may change what is kept.
    fn changes(
        &self,
        path: &str,
        browser: &mut Cookies,
        form: &[(String, String)],
    ) -> Result<String, Refused> {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (head, body) = self.program.post(path, browser, &form);
        refused(&head)?;
        assert!(head.starts_with("HTTP/1.1 303"), "{path}: {head} {body}");
        Ok(head)
    }

    pub(super) fn always_answers(&self) {
        let mut nobody = Cookies::new();
        for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/livez"] {
            assert!(self.program.get(path, &mut nobody).0.starts_with("HTTP/1.1 200 OK"), "{path}");
        }
        let head = self.program.get(&authorize_with(&[("scope", BALANCE)]), &mut nobody).0;
        assert!(location(&head).starts_with("/u/login"), "{head}");
    }

    pub(super) fn is_ready(&self) -> bool {
        let answer = |path| self.program.get(path, &mut Cookies::new()).0;
        let (ready, health) = (answer("/readyz"), answer("/healthz"));
        for head in [&ready, &health] {
            assert!(head.starts_with("HTTP/1.1 200") || refused(head).is_err(), "{head}");
        }
        ready.starts_with("HTTP/1.1 200")
    }

    pub(super) fn becomes_ready(&self) {
        let begun = Instant::now();
        while !self.is_ready() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the disk is well, and nothing is written");
            // Nothing tells another process when the writer's pause is over.
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Killed without a word, and started on a disk that is well.
    pub(super) fn restart(&mut self) {
        self.program.end();
        self.disk.heal().unwrap();
        self.program = start(self.folder.path(), &self.disk);
        self.restarts += 1;
    }

    /// What was answered is there: the session, the app, that its code was used, and the recovery codes.
    pub(super) fn has_kept(&self, acknowledged: &Acknowledged) {
        let Acknowledged { customer, used, recovery_code, .. } = acknowledged;
        let mut browser = acknowledged.browser.clone();
        let silent = authorize_with(&[("scope", BALANCE), ("prompt", "none")]);
        let answer = location(&self.program.get(&silent, &mut browser).0);
        assert!(answer.contains("#access_token="), "{customer} has no session any more: {answer}");
        let step_up = authorize_with(&[("scope", TRANSFER)]);
        let page = location(&self.program.get(&step_up, &mut browser).0);
        let page = self.program.get(&page, &mut browser).1;
        assert!(
            page.contains("<h1>Enter a code from your app</h1>"),
            "{customer} has no app any more: {page}"
        );
        let (state, form_token) = (input(&page, "state"), input(&page, "form_token"));
        let form = [("state", &*state), ("form_token", &*form_token)];
        let with = |more: (&'static str, &str)| -> Vec<(String, String)> {
            let all = form.into_iter().chain([more]);
            all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let post = |path: &str, browser: &mut Cookies, form: &[(String, String)]| {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
            self.program.post(path, browser, &form)
        };
        let (head, _) = post("/u/mfa/code", &mut browser, &with(("code", used)));
        assert!(head.starts_with("HTTP/1.1 400"), "{customer}'s code is good twice: {head}");
        post("/u/mfa/way", &mut browser, &with(("way", "recovery-code")));
        let (head, _) = post("/u/mfa/code", &mut browser, &with(("code", recovery_code)));
        assert!(head.starts_with("HTTP/1.1 303"), "{customer}'s recovery codes are gone: {head}");
    }
}

fn start(folder: &Path, disk: &Disk) -> Program {
    // The log is read at its beginning only, and a full pipe would stop the program.
    Program::spawn(tenant(folder).envs(disk.envs()).env("RUST_LOG", "tenant::cli::serve=info,off"))
}

fn refused(head: &str) -> Result<(), Refused> {
    if !head.starts_with("HTTP/1.1 503") {
        return Ok(());
    }
    assert!(head.contains("\nretry-after: 2"), "{head}");
    Err(Refused)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}
