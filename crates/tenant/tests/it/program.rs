//! The program `tenant`: starts from a file, serves, and stops when asked to.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

const CONFIG: &str = r#"{
  "clients": [{"id": "riser", "name": "Riser", "redirect_uris": ["http://localhost:8080/callback"]}],
  "apis": [],
  "customers": [
    {"sub": "auth0|1001", "email": "customer@example.com", "name": "Ada", "password": {"plain": "correct horse battery"}}
  ]
}"#;

fn tenant() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tenant"))
}

#[cfg(unix)]
#[test]
fn it_serves_and_stops_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("tenant.json");
    std::fs::write(&config, CONFIG).unwrap();
    let mut program = tenant()
        .args(["--grace", "0", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .arg("--config")
        .arg(&config)
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().unwrap().contains("listening")).unwrap().unwrap();
    let address = line.split("address=").nth(1).unwrap().trim().to_owned();
    // Somebody who never sends the other half of a request does not keep it from stopping.
    let mut half = TcpStream::connect(&address).unwrap();
    half.write_all(b"POST /u/login HTTP/1.1\r\nHost: loc").unwrap();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let id = program.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    half.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let waits = |error: &std::io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    assert!(!half.read(&mut [0]).is_err_and(|error| waits(&error)), "it waits for the other half");
    assert!(program.wait().unwrap().success());
}

#[test]
fn it_says_what_is_wrong_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("tenant.json");
    std::fs::write(&config, r#"{"clients": [], "apis": [], "people": []}"#).unwrap();
    let output = tenant().arg("--config").arg(&config).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("tenant.json") && said.contains("unknown field `people`"), "{said}");
}
