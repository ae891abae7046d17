//! The server itself.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::programs::{NotInstalled, Programs};
use crate::runner::Runner;

/// The user that may do everything in the server, without a password: nobody else can reach its socket.
pub(crate) const USER: &str = "bank";

/// Does a server's writing reach the disk?
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

/// Why there is no server.
#[derive(Debug)]
pub enum StartError {
    /// PostgreSQL is not there.
    NotInstalled(NotInstalled),
    /// Something went wrong, in the words of the system or of the server's own programs.
    Failed(String),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotInstalled(error) => error.fmt(f),
            Self::Failed(what) => write!(f, "the PostgreSQL server for the tests does not start: {what}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<std::io::Error> for StartError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    runner: Runner,
    /// A shell that started the server and waits for its input to end, which it does with this process at the latest.
    keeper: Child,
    folder: TempDir,
}

/// Starts the server, says so, and stops it when the input has ended. What it says meanwhile is in its log.
const KEEPER: &str = r#"
"$1/pg_ctl" --silent --wait --pgdata "$2/data" --log "$2/log" --options "$3" start >&2 || { cat "$2/log" >&2; exit 1; }
echo started
cat > /dev/null
"$1/pg_ctl" --silent --wait --pgdata "$2/data" --mode immediate stop >&2
rm -rf "$2"
"#;

impl Server {
    /// Makes and starts one. It takes one or two seconds.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start.
    pub fn start(durability: Durability) -> Result<Self, StartError> {
        let programs = Programs::find().map_err(StartError::NotInstalled)?;
        let runner = Runner::find()?;
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir()?;
        runner.give(folder.path())?;
        initdb(&programs, runner, &folder.path().join("data"), &[])?;
        let keeper = keeper(&programs, &runner, folder.path(), durability)?;
        Ok(Self { programs, runner, keeper, folder })
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When the server refuses, as for a name that is there.
    pub fn create(&self, database: &str) -> Result<(), StartError> {
        create(&self.programs, self.folder.path(), database)
    }

    /// Where its socket is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of a database of this server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        url(self.folder.path(), database)
    }

    /// Stops the server as a power cut would, without a word to those who are connected, and starts it again.
    ///
    /// # Errors
    /// When it does not start again.
    pub fn crash(&self) -> Result<(), StartError> {
        let restarted = self
            .runner
            .command(&self.programs.folder.join("pg_ctl"))
            .args(["--silent", "--wait", "--mode", "immediate", "--pgdata"])
            .arg(self.folder.path().join("data"))
            .arg("--log")
            .arg(self.folder.path().join("log"))
            .arg("restart")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if restarted.success() { Ok(()) } else { Err(StartError::Failed("it does not start again".into())) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input is what the keeper waits for.
        drop(self.keeper.stdin.take());
        // What cannot be waited for has stopped already.
        let _ = self.keeper.wait();
    }
}

fn keeper(
    programs: &Programs,
    runner: &Runner,
    folder: &Path,
    durability: Durability,
) -> Result<Child, StartError> {
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories='{}' -c unix_socket_permissions=0777 -c fsync={} \
         -c max_connections=300",
        folder.display(),
        durability.fsync()
    );
    let mut keeper = runner
        .command(Path::new("/bin/sh"))
        .args(["-c", KEEPER, "keeper"])
        .arg(&programs.folder)
        .arg(folder)
        .arg(options)
        // What a terminal sends to the tests, as for Ctrl-C, is not for the keeper: it has to clean up after them.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    if let Some(out) = keeper.stdout.take() {
        BufReader::new(out).read_line(&mut said)?;
    }
    if said.trim() == "started" {
        return Ok(keeper);
    }
    let mut why = String::new();
    if let Some(mut err) = keeper.stderr.take() {
        err.read_to_string(&mut why)?;
    }
    Err(StartError::Failed(why))
}

/// Makes the folder of a server.
pub(crate) fn initdb(
    programs: &Programs,
    runner: Runner,
    data: &Path,
    options: &[&str],
) -> Result<(), StartError> {
    let mut make = runner.command(&programs.folder.join("initdb"));
    make.arg("--pgdata").arg(data);
    make.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]);
    succeed(make.args(["--no-sync", "--no-instructions"]).args(options))
}

/// Makes an empty database of the server whose socket is in this folder.
pub(crate) fn create(programs: &Programs, socket: &Path, database: &str) -> Result<(), StartError> {
    let mut make = Command::new(programs.folder.join("createdb"));
    succeed(make.args(["--username", USER, "--host"]).arg(socket).arg(database))
}

/// The address of a database of the server whose socket is in this folder.
pub(crate) fn url(socket: &Path, database: &str) -> String {
    let folder = socket.display().to_string().replace('/', "%2F");
    format!("postgres://{USER}@{folder}/{database}")
}

/// Runs a program that ends by itself.
pub(crate) fn succeed(command: &mut Command) -> Result<(), StartError> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(StartError::Failed(String::from_utf8_lossy(&output.stderr).into_owned()))
}
