//! The data folder: one companion at a time has it, and forgets in it what is the companion's own.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use database_setup::private;

const BANK: &str = "bank.sqlite";
/// The folder of the tenant's keys and database.
const TENANT: &str = "tenant";
/// In it, who is logged in and which phones are paired.
const TENANT_DATABASE: &str = "tenant.sqlite";
const TLS: &str = "tls";
/// Locked for as long as a companion has the folder. It stays there, empty: the lock is what counts.
const LOCK: &str = "companion.lock";

#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error(
        "another companion works with the data in {}. Stop that one, or choose another folder with --data",
        folder.display()
    )]
    InUse { folder: PathBuf },
    #[error("{} cannot be {done}: {source}", path.display())]
    Io { path: PathBuf, done: &'static str, source: io::Error },
}

/// A data folder that nobody else has for as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Holds the lock: the system takes it back when the process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Takes the folder, and makes it when it is not there.
    pub(super) fn take(path: &Path) -> Result<Self, DataError> {
        private::folder(path).map_err(failed(path, "made"))?;
        let file = path.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&file)
            .map_err(failed(&file, "opened"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse { folder: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(&file, "locked")(source)),
        }
    }

    pub(super) fn bank(&self) -> PathBuf {
        self.path.join(BANK)
    }

    pub(super) fn tenant(&self) -> PathBuf {
        self.path.join(TENANT)
    }

    pub(super) fn tenant_database(&self) -> PathBuf {
        self.tenant().join(TENANT_DATABASE)
    }

    /// The folder of the authority. Devices have installed it, so that it is not forgotten.
    pub(super) fn tls(&self) -> PathBuf {
        self.path.join(TLS)
    }

    /// Removes what bank and tenant put into the folder, and nothing else that somebody may have there.
    pub(super) fn forget(&self) -> Result<(), DataError> {
        let tenant = self.tenant();
        let endings = ["", "-wal", "-shm", "-journal"];
        let databases = endings.into_iter().flat_map(|ending| {
            [self.path.join(format!("{BANK}{ending}")), tenant.join(format!("{TENANT_DATABASE}{ending}"))]
        });
        for file in databases.chain(tenant::KEY_FILES.map(|name| tenant.join(name))) {
            missing_is_fine(fs::remove_file(&file)).map_err(failed(&file, "removed"))?;
        }
        match fs::remove_dir(&tenant) {
            // Somebody keeps other things there.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            removed => missing_is_fine(removed).map_err(failed(&tenant, "removed")),
        }
    }
}

fn failed(path: &Path, done: &'static str) -> impl FnOnce(io::Error) -> DataError {
    let path = path.to_owned();
    move |source| DataError::Io { path, done, source }
}

fn missing_is_fine(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = entries.filter(|name| name != LOCK).collect();
        names.sort();
        names
    }

    #[test]
    fn only_the_companions_own_files_go() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(folder.path().join(name), "x").unwrap();
        let taken = Folder::take(folder.path()).unwrap();
        fs::create_dir(folder.path().join(TENANT)).unwrap();
        let own = [BANK, "bank.sqlite-wal", "tenant/tenant.sqlite", "tenant/tenant.sqlite-wal"];
        let keys = tenant::KEY_FILES.map(|name| format!("tenant/{name}"));
        let others = ["letter.txt", "tenant/thesis.txt"];
        own.into_iter().chain(keys.iter().map(String::as_str)).chain(others).for_each(put);
        taken.forget().unwrap();
        assert_eq!(names(folder.path()), ["letter.txt", TENANT]);
        assert_eq!(names(&folder.path().join(TENANT)), ["thesis.txt"]);
        fs::remove_file(folder.path().join("tenant/thesis.txt")).unwrap();
        taken.forget().unwrap();
        taken.forget().unwrap();
        assert_eq!(names(folder.path()), ["letter.txt"]);
    }

    #[test]
    fn a_folder_is_one_companions_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/data");
        let first = Folder::take(&path).unwrap();
        let refused = Folder::take(&path).unwrap_err().to_string();
        assert!(refused.contains("another companion") && refused.contains("--data"), "{refused}");
        drop(first);
        Folder::take(&path).unwrap();
    }
}
