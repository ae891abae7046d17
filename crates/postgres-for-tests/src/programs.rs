//! Where PostgreSQL's programs are.

use std::env;
use std::fmt;
use std::fs;
use std::path::PathBuf;

/// Where Debian puts the programs: one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// PostgreSQL is not installed.
#[derive(Debug, Clone, Copy)]
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
pub struct Programs {
    /// Where all three are.
    pub folder: PathBuf,
}

impl Programs {
    /// Looks in `POSTGRES_BIN`, in Debian's folders, and on `PATH`.
    ///
    /// # Errors
    /// When they are in none of these.
    pub fn find() -> Result<Self, NotInstalled> {
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
