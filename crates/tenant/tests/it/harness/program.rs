//! The program `tenant`, running, and a browser of few words.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{ADA, BALANCE, PASSWORD, authorize, encode};

pub(crate) fn tenant(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenant"));
    command.env_clear().env("PASSWORD_OF_ADA", PASSWORD).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running tenant.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
    /// Where it serves metrics.
    pub(crate) metrics: Option<String>,
    log: BufReader<std::process::ChildStdout>,
}

impl Program {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawn(tenant(folder).args(arguments))
    }

    /// Waits until it listens.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("listening address=") {
            let before = said.len();
            log.read_line(&mut said).unwrap();
            if said.len() == before {
                let mut error = String::new();
                child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
                panic!("it ended: {said}{error}");
            }
        }
        let after = |name: &str| said.split(name).nth(1).and_then(|rest| rest.lines().next());
        let address = after("listening address=").unwrap().trim().to_owned();
        let metrics = after("metrics are served address=").map(|address| address.trim().to_owned());
        Self { child, address, metrics, log }
    }

    /// Without a word that it could hear.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// The same, for a program whose place another takes.
    pub(crate) fn end(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut said = String::new();
        self.log.read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        said
    }

    /// One request on a connection of its own; gives the head and the body of the answer.
    fn request(&self, method: &str, path: &str, cookies: &Cookies, form: &str) -> (String, String) {
        request_at(&self.address, method, path, cookies, form)
    }

    /// What the metrics say.
    pub(crate) fn read_metrics(&self) -> String {
        let (head, body) = request_at(self.metrics.as_ref().unwrap(), "GET", "/metrics", &Cookies::new(), "");
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        body
    }

    pub(crate) fn get(&self, path: &str, cookies: &mut Cookies) -> (String, String) {
        let answer = self.request("GET", path, cookies, "");
        keep(cookies, &answer.0);
        answer
    }

    pub(crate) fn post(&self, path: &str, cookies: &mut Cookies, form: &[(&str, &str)]) -> (String, String) {
        let answer = self.request("POST", path, cookies, &encode(form.iter().copied()));
        keep(cookies, &answer.0);
        answer
    }

    pub(crate) fn log_in(&self, cookies: &mut Cookies) -> String {
        let page = location(&self.get(&authorize(BALANCE), cookies).0);
        let body = self.get(&page, cookies).1;
        let (state, form_token) = (input(&body, "state"), input(&body, "form_token"));
        let form = [("state", &*state), ("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
        location(&self.post("/u/login", cookies, &form).0)
    }

    pub(crate) fn pair_phone(&self, cookies: &mut Cookies) {
        let form_token = input(&self.get("/phone", cookies).1, "form_token");
        let form = [("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
        assert_eq!(location(&self.post("/phone/pair", cookies, &form).0), "/phone");
    }

    pub(crate) fn key_that_signs(&self) -> String {
        let (_, keys) = self.get("/.well-known/jwks.json", &mut Cookies::new());
        let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
        keys["keys"][0]["kid"].as_str().unwrap().to_owned()
    }
}

fn request_at(address: &str, method: &str, path: &str, cookies: &Cookies, form: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        cookies.join("; "),
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

impl Drop for Program {
    /// A test that fails leaves none behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) type Cookies = BTreeMap<String, String>;

pub(crate) fn keep(cookies: &mut Cookies, head: &str) {
    for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }
}

pub(crate) fn location(head: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_else(|| panic!("no redirect: {head}")).to_owned()
}

pub(crate) fn input(body: &str, name: &str) -> String {
    let tag = body.split(&format!("name=\"{name}\" ")).nth(1).unwrap_or_else(|| panic!("no {name}: {body}"));
    tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}
