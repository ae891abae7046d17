//! PostgreSQL's programs at work.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::programs::Programs;
use crate::runner::Runner;

/// The user that may do everything in a server, without a password: nobody else can reach its socket.
pub(crate) const USER: &str = "bank";

/// Whether a server's writing reaches the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in a deployment (`fsync` is on).
    Full,
    /// No, which is faster; killing a process loses nothing either way, only a power cut does.
    None,
}

impl Durability {
    /// PostgreSQL's setting of this name.
    pub(crate) const fn fsync(self) -> &'static str {
        match self {
            Self::Full => "on",
            Self::None => "off",
        }
    }
}

/// A server is a folder with its `data`, its `log` and its socket.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) programs: Programs,
    pub(crate) runner: Runner,
}

impl Tools {
    pub(crate) fn find() -> io::Result<Self> {
        Ok(Self { programs: Programs::find()?, runner: Runner::find()? })
    }

    /// A folder for servers.
    pub(crate) fn folder(&self) -> io::Result<TempDir> {
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir()?;
        self.runner.give(folder.path())?;
        Ok(folder)
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        self.runner.command(self.programs.folder.join(program))
    }

    pub(crate) fn initdb(&self, server: &Path, options: &[&str]) -> io::Result<()> {
        let mut initdb = self.command("initdb");
        initdb.arg("--pgdata").arg(server.join("data"));
        initdb.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]);
        succeed(initdb.args(["--no-sync", "--no-instructions"]).args(options))
    }

    pub(crate) fn pg_ctl(&self, server: &Path, arguments: &[&str]) -> io::Result<()> {
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.args(arguments).args(["--silent", "--wait", "--pgdata"]).arg(server.join("data"));
        // A server that is started keeps what it is given, so nothing is read from it.
        let status = pg_ctl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if status.success() {
            return Ok(());
        }
        let log = fs::read_to_string(server.join("log")).unwrap_or_default();
        Err(io::Error::other(format!("pg_ctl {}: {status}: {log}", arguments.join(" "))))
    }

    /// Makes an empty database of the server whose socket is in this folder.
    pub(crate) fn createdb(&self, socket: &Path, database: &str) -> io::Result<()> {
        let mut createdb = self.command("createdb");
        succeed(createdb.args(["--username", USER, "--host"]).arg(socket).arg(database))
    }
}

/// The address of a database of the server whose socket is in this folder.
pub(crate) fn url(socket: &Path, database: &str) -> String {
    let folder = socket.display().to_string().replace('/', "%2F");
    format!("postgres://{USER}@{folder}/{database}")
}

/// Runs a program that ends by itself.
pub(crate) fn succeed(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
}
