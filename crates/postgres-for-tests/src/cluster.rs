//! A primary and its synchronous standby.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::doorman::Doorman;
use crate::programs::Programs;
use crate::runner::Runner;
use crate::server::{Durability, StartError, USER, create, initdb, succeed, url};

/// Two servers with the same databases. What the primary acknowledges is on the disk of both, so that the standby can take
/// its place at any time. Whoever is connected reaches the present primary, at an address that stays the same.
#[derive(Debug)]
pub struct Cluster {
    doorman: Doorman,
    servers: Mutex<Servers>,
    keeper: Child,
    folder: TempDir,
}

/// Stops both servers when the input has ended.
const KEEPER: &str = r#"
cat > /dev/null
for name in a b; do "$1/pg_ctl" --silent --wait --pgdata "$2/$name/data" --mode immediate stop; done
rm -rf "$2"
"#;

/// What the standby calls itself, whichever of the two it is.
const STANDBY: &str = "standby";
/// Where the proxy's socket is.
const DOOR: &str = "door";
/// PostgreSQL's name for its socket, with the usual port.
const SOCKET: &str = ".s.PGSQL.5432";

/// What both servers are set to. WAL segments are small (see `initdb`), and enough of them are kept for a new standby.
const SETTINGS: &str = "
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 300
synchronous_commit = on
synchronous_standby_names = 'standby'
max_wal_size = 64MB
min_wal_size = 8MB
wal_keep_size = 64MB
wal_retrieve_retry_interval = 50ms
";

impl Cluster {
    /// Makes and starts one. It takes some seconds.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start.
    pub fn start(durability: Durability) -> Result<Self, StartError> {
        let programs = Programs::find().map_err(StartError::NotInstalled)?;
        let runner = Runner::find()?;
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir()?;
        for name in ["", "a", "b", DOOR] {
            let path = folder.path().join(name);
            fs::create_dir_all(&path)?;
            runner.give(&path)?;
        }
        let keeper = runner
            .command(Path::new("/bin/sh"))
            .args(["-c", KEEPER, "keeper"])
            .arg(&programs.folder)
            .arg(folder.path())
            // What a terminal sends to the tests, as for Ctrl-C, is not for the keeper: it has to clean up after them.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let doorman = Doorman::start(folder.path().join(DOOR).join(SOCKET))?;
        let server = |name| folder.path().join(name);
        let servers = Servers { programs, runner, primary: server("a"), standby: server("b"), promotions: 0 };
        servers.make(durability)?;
        doorman.open(&servers.primary.join(SOCKET));
        Ok(Self { doorman, servers: Mutex::new(servers), keeper, folder })
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When the server refuses, as for a name that is there.
    pub fn create(&self, database: &str) -> Result<(), StartError> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        create(&servers.programs, &servers.primary, database)
    }

    /// The address of a database, whichever server is the primary.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        url(&self.folder.path().join(DOOR), database)
    }

    /// The primary stops as by a power cut, the standby takes its place, and gets a standby of its own. Connections break;
    /// new ones succeed from the moment on at which there is a primary, and what is written there waits for its standby.
    ///
    /// # Errors
    /// When one of the servers does not do what it should.
    pub fn promote(&self) -> Result<(), StartError> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.promotions += 1;
        // Every other time the network goes before the server does: what is under way is done, and nobody hears of it.
        if servers.promotions.is_multiple_of(2) {
            self.doorman.close();
        }
        servers.stop_primary()?;
        self.doorman.close();
        servers.promote_standby()?;
        self.doorman.open(&servers.primary.join(SOCKET));
        servers.make_standby()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Before its socket goes with all the rest.
        self.doorman.stop();
        // The end of its input is what the keeper waits for.
        drop(self.keeper.stdin.take());
        // What cannot be waited for has stopped already.
        let _ = self.keeper.wait();
    }
}

#[derive(Debug)]
struct Servers {
    programs: Programs,
    runner: Runner,
    /// The folder of the one that answers.
    primary: PathBuf,
    /// The folder of the other one.
    standby: PathBuf,
    promotions: u32,
}

impl Servers {
    fn make(&self, durability: Durability) -> Result<(), StartError> {
        initdb(&self.programs, self.runner, &self.primary.join("data"), &["--wal-segsize", "1"])?;
        let mut settings =
            fs::File::options().append(true).open(self.primary.join("data/postgresql.conf"))?;
        writeln!(settings, "{SETTINGS}fsync = {}", durability.fsync())?;
        self.start(&self.primary)?;
        self.make_standby()
    }

    fn pg_ctl(&self, server: &Path, arguments: &[&str]) -> Result<(), StartError> {
        let mut command = self.runner.command(&self.programs.folder.join("pg_ctl"));
        command.args(arguments).args(["--silent", "--wait", "--pgdata"]).arg(server.join("data"));
        // A server that is started keeps what it is given, so nothing is read from it.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if status.success() {
            return Ok(());
        }
        let log = fs::read_to_string(server.join("log")).unwrap_or_default();
        Err(StartError::Failed(format!("pg_ctl {}: {status}: {log}", arguments.join(" "))))
    }

    /// Starts a server, and waits until it answers.
    fn start(&self, server: &Path) -> Result<(), StartError> {
        let options = format!("-c unix_socket_directories='{}'", server.display());
        let log = server.join("log").display().to_string();
        self.pg_ctl(server, &["start", "--log", &log, "--options", &options])
    }

    fn stop_primary(&self) -> Result<(), StartError> {
        self.pg_ctl(&self.primary, &["stop", "--mode", "immediate"])
    }

    fn promote_standby(&mut self) -> Result<(), StartError> {
        self.pg_ctl(&self.standby, &["promote"])?;
        std::mem::swap(&mut self.primary, &mut self.standby);
        Ok(())
    }

    /// Makes a copy of the primary that follows it, and waits until the primary waits for it.
    fn make_standby(&self) -> Result<(), StartError> {
        let data = self.standby.join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let host = self.primary.display();
        let mut copy = self.runner.command(&self.programs.folder.join("pg_basebackup"));
        copy.arg("--pgdata").arg(&data).arg("--host").arg(&self.primary);
        copy.args(["--username", USER, "--wal-method", "stream", "--checkpoint", "fast", "--no-sync"]);
        succeed(&mut copy)?;
        fs::write(data.join("standby.signal"), "")?;
        let mut settings = fs::File::options().append(true).open(data.join("postgresql.auto.conf"))?;
        writeln!(settings, "primary_conninfo = 'host={host} user={USER} application_name={STANDBY}'")?;
        self.start(&self.standby)?;
        // It is committed when the standby has it.
        let message = "SELECT pg_logical_emit_message(true, 'tests', 'the standby is there')";
        let mut psql = Command::new(self.programs.folder.join("psql"));
        psql.args(["--no-psqlrc", "--username", USER, "--dbname", "postgres", "--command", message]);
        succeed(psql.arg("--host").arg(&self.primary))
    }
}
