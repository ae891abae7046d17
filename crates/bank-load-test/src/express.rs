//! The Express API of `bench/express`, as a program.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use bank_for_tests::issuer::AUDIENCE;

/// A running one. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Express {
    pub(crate) address: SocketAddr,
    _child: Child,
}

impl Express {
    /// Starts it with Node.js.
    pub(crate) async fn start(folder: &Path, issuer: &str) -> io::Result<Self> {
        let mut child = Command::new("node")
            .arg("server.js")
            .current_dir(folder)
            // As one would deploy it: without, Express compiles and logs for developers.
            .env("NODE_ENV", "production")
            .env("ISSUER", issuer)
            .env("AUDIENCE", AUDIENCE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let out = child.stdout.take().ok_or_else(|| io::Error::other("its output is not piped"))?;
        let line = BufReader::new(out).lines().next_line().await?.unwrap_or_default();
        let address = line.strip_prefix("listening on ").and_then(|address| address.parse().ok());
        let address =
            address.ok_or_else(|| io::Error::other(format!("the Express API does not start: `{line}`")))?;
        Ok(Self { address, _child: child })
    }
}
