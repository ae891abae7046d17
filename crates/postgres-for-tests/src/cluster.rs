//! A primary and its synchronous standby.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use tempfile::TempDir;

use crate::doorman::Doorman;
use crate::keeper::Keeper;
use crate::tools::{Durability, Tools, USER, succeed, url};

/// Two servers with the same databases. What the primary acknowledges is on the disk of both, so that the standby can take
/// its place at any time. Whoever is connected reaches the present primary, at an address that stays the same.
#[derive(Debug)]
pub struct Cluster {
    /// Before its socket goes with all the rest.
    doorman: Doorman,
    servers: Mutex<Servers>,
    _keeper: Keeper,
    folder: TempDir,
}

/// Stops both servers when the input has ended.
const KEEPER: &str = r#"
echo started
cat > /dev/null
for name in a b; do "$1/pg_ctl" --silent --wait --pgdata "$2/$name/data" --mode immediate stop; done > /dev/null 2>&1
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
    pub fn start(durability: Durability) -> io::Result<Self> {
        let tools = Tools::find()?;
        let folder = tools.folder()?;
        for name in ["a", "b", DOOR] {
            let path = folder.path().join(name);
            fs::create_dir(&path)?;
            tools.runner.give(&path)?;
        }
        let arguments = [tools.programs.folder.as_os_str(), folder.path().as_os_str()];
        let keeper = Keeper::start(tools.runner, KEEPER, &arguments, "started")?;
        let doorman = Doorman::start(folder.path().join(DOOR).join(SOCKET))?;
        let server = |name| folder.path().join(name);
        let servers = Servers { tools, primary: server("a"), standby: server("b"), promotions: 0 };
        servers.make(durability)?;
        doorman.open(&servers.primary.join(SOCKET));
        Ok(Self { doorman, servers: Mutex::new(servers), _keeper: keeper, folder })
    }

    /// Makes an empty database.
    pub fn create(&self, database: &str) -> io::Result<()> {
        let servers = self.servers.lock();
        servers.tools.createdb(&servers.primary, database)
    }

    /// The address of a database, whichever server is the primary.
    pub fn url(&self, database: &str) -> String {
        url(&self.folder.path().join(DOOR), database)
    }

    /// The primary stops as by a power cut, the standby takes its place, and gets a standby of its own. Connections break;
    /// new ones succeed from the moment on at which there is a primary, and what is written there waits for its standby.
    pub fn promote(&self) -> io::Result<()> {
        let mut servers = self.servers.lock();
        servers.promotions += 1;
        // Every other time the network goes before the server does: what is under way is done, and nobody hears of it.
        if servers.promotions.is_multiple_of(2) {
            self.doorman.close();
        }
        servers.tools.pg_ctl(&servers.primary, &["stop", "--mode", "immediate"])?;
        self.doorman.close();
        servers.promote_standby()?;
        self.doorman.open(&servers.primary.join(SOCKET));
        servers.make_standby()
    }
}

#[derive(Debug)]
struct Servers {
    tools: Tools,
    primary: PathBuf,
    standby: PathBuf,
    promotions: u32,
}

impl Servers {
    fn make(&self, durability: Durability) -> io::Result<()> {
        self.tools.initdb(&self.primary, &["--wal-segsize", "1"])?;
        let mut settings =
            fs::File::options().append(true).open(self.primary.join("data/postgresql.conf"))?;
        writeln!(settings, "{SETTINGS}fsync = {}", durability.fsync())?;
        self.start(&self.primary)?;
        self.make_standby()
    }

    /// Starts a server, and waits until it answers.
    fn start(&self, server: &Path) -> io::Result<()> {
        let options = format!("-c unix_socket_directories='{}'", server.display());
        let log = server.join("log").display().to_string();
        self.tools.pg_ctl(server, &["start", "--log", &log, "--options", &options])
    }

    fn promote_standby(&mut self) -> io::Result<()> {
        self.tools.pg_ctl(&self.standby, &["promote"])?;
        std::mem::swap(&mut self.primary, &mut self.standby);
        Ok(())
    }

    /// Makes a copy of the primary that follows it, and waits until the primary waits for it.
    fn make_standby(&self) -> io::Result<()> {
        let data = self.standby.join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let host = self.primary.display();
        let mut copy = self.tools.command("pg_basebackup");
        copy.arg("--pgdata").arg(&data).arg("--host").arg(&self.primary);
        copy.args(["--username", USER, "--wal-method", "stream", "--checkpoint", "fast", "--no-sync"]);
        succeed(&mut copy)?;
        fs::write(data.join("standby.signal"), "")?;
        let mut settings = fs::File::options().append(true).open(data.join("postgresql.auto.conf"))?;
        writeln!(settings, "primary_conninfo = 'host={host} user={USER} application_name={STANDBY}'")?;
        self.start(&self.standby)?;
        // It is committed when the standby has it.
        let message = "SELECT pg_logical_emit_message(true, 'tests', 'the standby is there')";
        let mut psql = self.tools.command("psql");
        psql.args(["--no-psqlrc", "--username", USER, "--dbname", "postgres", "--command", message]);
        succeed(psql.arg("--host").arg(&self.primary))
    }
}
