//! `PgBouncer` in front of the server, as hosters put it there.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::runner::Runner;
use crate::server::{Server, StartError, USER};

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
    keeper: Child,
    folder: TempDir,
}

impl Pooler {
    /// Whether it is installed.
    #[must_use]
    pub fn is_installed() -> bool {
        program().is_some()
    }

    /// Starts one in front of this server, with this `pool_mode`.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub fn start(server: &Server, mode: &str) -> Result<Self, StartError> {
        let program = program().ok_or_else(|| {
            StartError::Failed(
                "PgBouncer is not installed. `cargo xtask test` installs it on Debian; by hand it is `sudo apt-get install \
                 pgbouncer` there and `brew install pgbouncer` on macOS"
                    .into(),
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
        let mut keeper = runner
            .command(Path::new("/bin/sh"))
            .args(["-c", KEEPER, "keeper"])
            .arg(program)
            .arg(settings)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        let mut lines = keeper.stdout.take().map(BufReader::new);
        while let Some(lines) = &mut lines {
            let before = said.len();
            if lines.read_line(&mut said)? == 0 {
                return Err(StartError::Failed(format!("PgBouncer ended: {said}")));
            }
            if said.get(before..).is_some_and(|line| line.contains("process up")) {
                break;
            }
        }
        // It writes a line for each connection, and stands still when nobody reads them.
        if let Some(mut lines) = lines {
            thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
        }
        Ok(Self { keeper, folder })
    }

    /// The address of a database of the server, through this pooler.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://{USER}@{folder}/{database}?port=6432")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // What cannot be waited for has stopped already.
        let _ = self.keeper.wait();
    }
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([PathBuf::from(DEBIAN)])
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
}
