//! What lies in the data folder, and how it is forgotten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The bank's books.
pub(super) const BANK: &str = "bank.sqlite";
/// The folder of the tenant's key.
pub(super) const TENANT: &str = "tenant";

/// Removes what the companion puts into the folder, and nothing else that somebody may have there.
pub(super) fn forget(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    let names = [BANK.to_owned(), format!("{BANK}-wal"), format!("{BANK}-shm"), format!("{BANK}-journal")];
    for path in names.iter().map(|name| folder.join(name)) {
        missing_is_fine(fs::remove_file(&path), path)?;
    }
    let keys = folder.join(TENANT);
    missing_is_fine(fs::remove_dir_all(&keys), keys)
}

fn missing_is_fine(removed: io::Result<()>, path: PathBuf) -> Result<(), (PathBuf, io::Error)> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err((path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_companions_own_files_go() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(folder.path().join(name), "x").unwrap();
        put(BANK);
        put("bank.sqlite-wal");
        put("letter.txt");
        fs::create_dir(folder.path().join(TENANT)).unwrap();
        forget(folder.path()).unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(left, ["letter.txt"]);
        forget(folder.path()).unwrap();
    }
}
