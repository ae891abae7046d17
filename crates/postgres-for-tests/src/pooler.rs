//! `PgBouncer` in front of the server, as hosters put it there.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::keeper::Keeper;
use crate::runner::Runner;
use crate::server::Server;
use crate::tools::{USER, url};

/// Where Debian puts it, which is on the `PATH` of root alone.
const DEBIAN: &str = "/usr/sbin";

/// Starts it, and stops it when the input has ended.
const KEEPER: &str = r#"
"$1" "$2" 2>&1 &
cat > /dev/null
kill -KILL "$!"
wait
"#;

/// A running pooler.
#[derive(Debug)]
pub struct Pooler {
    _keeper: Keeper,
    folder: TempDir,
}

impl Pooler {
    pub fn is_installed() -> bool {
        program().is_some()
    }

    /// Starts one in front of this server, with this `pool_mode`.
    pub fn start(server: &Server, mode: &str) -> io::Result<Self> {
        let program = program().ok_or_else(|| {
            io::Error::other(
                "PgBouncer is not installed. `cargo xtask test` installs it on Debian; by hand it is `sudo apt-get install \
                 pgbouncer` there and `brew install pgbouncer` on macOS",
            )
        })?;
        let runner = Runner::find()?;
        let folder = tempfile::Builder::new().prefix("pgbouncer-").tempdir()?;
        runner.give(folder.path())?;
        let (here, there) = (folder.path().display(), server.folder().display());
        let (users, settings) = (folder.path().join("users"), folder.path().join("pgbouncer.ini"));
        fs::write(&users, format!("\"{USER}\" \"\"\n"))?;
        fs::write(
            &settings,
            format!(
                "[databases]\n* = host={there}\n[pgbouncer]\nunix_socket_dir = {here}\nlisten_port = 6432\n\
                 auth_type = trust\nauth_file = {users}\npool_mode = {mode}\nlog_stats = 0\n\
                 # In session mode each connection of a client takes one of these for as long as it lasts.\n\
                 default_pool_size = 100\nmax_client_conn = 300\n",
                users = users.display()
            ),
        )?;
        let keeper =
            Keeper::start(runner, KEEPER, &[program.as_os_str(), settings.as_os_str()], "process up")?;
        Ok(Self { _keeper: keeper, folder })
    }

    /// The address of a database of the server, through this pooler.
    pub fn url(&self, database: &str) -> String {
        format!("{}?port=6432", url(self.folder.path(), database))
    }
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([PathBuf::from(DEBIAN)])
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
}
