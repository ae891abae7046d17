//! The client alone, for a provider and an API elsewhere.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use http_server::{GRACE, Limits, asked_to_stop};
use serde_json::Value;

use super::{exit, log_warnings};
use crate::address::Address;
use crate::client::{ClientError, Dist, router};
use crate::run::{RunError, listen};

#[derive(Args)]
pub struct ClientFlags {
    /// The client's configuration: JSON, as in the block `riser-config` of its page
    #[arg(long, env = "RISER_CONFIG", value_name = "FILE")]
    config: PathBuf,
    /// Where to serve it: PORT, HOST:PORT or <http://HOST:PORT>; HTTPS is for the proxy in front
    #[arg(long, env = "RISER_LISTEN", value_name = "ADDRESS", default_value = "http://localhost:3000")]
    listen: Address,
    /// Folder of a built client, instead of the one in this program
    #[arg(long, value_name = "FOLDER")]
    dist: Option<PathBuf>,
    /// Connections that are open at the same time; who comes then waits
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    connections: usize,
    /// Of these, those from one address; more are closed at once. Behind a proxy, give it all of them
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections_per_peer)]
    connections_per_peer: usize,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not JSON", path.display())]
    NotJson { path: PathBuf, source: serde_json::Error },
    #[error(
        "{} has no `{key}`, which must be a text. docs/hosting.md lists what can be in it", path.display()
    )]
    Missing { path: PathBuf, key: &'static str },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Listen(#[from] RunError),
    #[error("the server stopped")]
    Server(#[source] io::Error),
}

/// Serves the client until it is asked to stop. `embedded`: the one in the program.
pub fn serve_client(flags: ClientFlags, embedded: Dist) -> ExitCode {
    log_warnings();
    exit(serve(flags, embedded))
}

#[tokio::main]
async fn serve(flags: ClientFlags, embedded: Dist) -> Result<(), Error> {
    let config = read_config(flags.config)?;
    let client = router(flags.dist.map_or(embedded, Dist::from), &config)?;
    let (listener, address) = listen(&flags.listen, "--listen").await?;
    let limits = Limits {
        connections: flags.connections,
        connections_per_peer: flags.connections_per_peer,
        ..Limits::default()
    };
    let stop = asked_to_stop();
    println!("The client is at {address}\nCtrl-C stops it.");
    http_server::serve(listener, client, limits, stop, GRACE).await.map_err(Error::Server)
}

/// Checks what nothing can do without. The page itself names whatever else is wrong.
fn read_config(path: PathBuf) -> Result<Value, Error> {
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(Error::Unreadable { path, source }),
    };
    let config: Value = match serde_json::from_str(&text) {
        Ok(config) => config,
        Err(source) => return Err(Error::NotJson { path, source }),
    };
    match ["issuer", "client_id"].into_iter().find(|key| !config[key].is_string()) {
        Some(key) => Err(Error::Missing { path, key }),
        None => Ok(config),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_is_checked_before_anything_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            read_config(path.clone()).map_err(|error| error.to_string())
        };
        let good = r#"{"issuer": "https://a.example/", "client_id": "b", "flow": "code"}"#;
        assert_eq!(read(good).unwrap()["flow"], "code");
        for (text, expected) in [
            ("{", "config.json is not JSON"),
            ("[]", "has no `issuer`"),
            (r#"{"issuer": 1, "client_id": "b"}"#, "has no `issuer`"),
            (r#"{"issuer": "https://a.example/"}"#, "has no `client_id`"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(expected), "{text}: {said}");
        }
        let missing = read_config(folder.path().join("none.json")).unwrap_err();
        assert!(matches!(missing, Error::Unreadable { .. }), "{missing}");
    }
}
