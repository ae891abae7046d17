//! Where PostgreSQL's programs are, and as whom they are run.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian puts the programs: one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// PostgreSQL is not installed.
#[derive(Debug)]
pub struct NotInstalled;

impl fmt::Display for NotInstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "PostgreSQL is not installed, and the tests need a server of their own. `cargo xtask test` installs it on \
             Debian; by hand it is `sudo apt-get install postgresql` there and `brew install postgresql` on macOS. If \
             its programs are elsewhere than on PATH, set POSTGRES_BIN to the folder with `initdb` and `pg_ctl`",
        )
    }
}

impl std::error::Error for NotInstalled {}

/// The folder of `initdb`, `pg_ctl` and `createdb`.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) folder: PathBuf,
}

impl Programs {
    pub(crate) fn find() -> Result<Self, NotInstalled> {
        let named = env::var_os("POSTGRES_BIN").map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        named
            .into_iter()
            .chain(debian())
            .chain(env::split_paths(&path))
            .find(|folder| ["initdb", "pg_ctl", "createdb"].iter().all(|name| folder.join(name).is_file()))
            .map(|folder| Self { folder })
            .ok_or(NotInstalled)
    }
}

/// The newest version first.
fn debian() -> Vec<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// As whom the server runs: as whoever runs the tests, but never as root, which it refuses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runner {
    other: Option<(u32, u32)>,
}

impl Runner {
    pub(crate) fn find() -> io::Result<Self> {
        if id(&["-u"])? != Some(0) {
            return Ok(Self { other: None });
        }
        for name in ["postgres", "nobody"] {
            if let (Some(user), Some(group)) = (id(&["-u", name])?, id(&["-g", name])?) {
                return Ok(Self { other: Some((user, group)) });
            }
        }
        Err(io::Error::other("as root there has to be a user `postgres` or `nobody` that it can run as"))
    }

    /// Makes the folder the runner's own.
    pub(crate) fn give(self, folder: &Path) -> io::Result<()> {
        match self.other {
            Some((user, group)) => std::os::unix::fs::chown(folder, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // The folder of whoever runs the tests may be closed to the runner.
        command.current_dir("/");
        if let Some((user, group)) = self.other {
            command.uid(user).gid(group);
        }
        command
    }
}

fn id(arguments: &[&str]) -> io::Result<Option<u32>> {
    let output = Command::new("id").args(arguments).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}
