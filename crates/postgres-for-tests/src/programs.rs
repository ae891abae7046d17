//! Where PostgreSQL's programs are.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Where Debian puts the programs: one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

const NOT_INSTALLED: &str = "PostgreSQL is not installed, and the tests need a server of their own. `cargo xtask test` installs it on Debian; by \
     hand it is `sudo apt-get install postgresql` there and `brew install postgresql` on macOS. If its programs are \
     elsewhere than on PATH, set POSTGRES_BIN to the folder with `initdb` and `pg_ctl`";

/// The folder of `initdb`, `pg_ctl` and `createdb`.
#[derive(Debug)]
pub struct Programs {
    pub folder: PathBuf,
}

impl Programs {
    /// Looks in `POSTGRES_BIN`, in Debian's folders, and on `PATH`.
    pub fn find() -> io::Result<Self> {
        let named = env::var_os("POSTGRES_BIN").map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        named
            .into_iter()
            .chain(debian())
            .chain(env::split_paths(&path))
            .find(|folder| ["initdb", "pg_ctl", "createdb"].iter().all(|name| folder.join(name).is_file()))
            .map(|folder| Self { folder })
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, NOT_INSTALLED))
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
