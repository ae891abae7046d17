//! Files that are this user's alone, where the system knows such a thing: a database says what is nobody else's business.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// Makes the folder, and those that it is in. One that is there stays as it is.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Makes the file of a SQLite database, empty. One that is there keeps its content, and is taken away from other users of
/// the machine, should a copy, a backup or an older version have given it to them. SQLite gives the files beside its
/// database the database's permissions when it makes them.
pub fn file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.create(true).truncate(false).write(true).open(path)?;
    #[cfg(unix)]
    for suffix in ["", "-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        close_to_others(Path::new(&beside));
    }
    Ok(())
}

/// Does what it can: a file can be another user's, who has given this one a share in it.
#[cfg(unix)]
fn close_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(metadata) = path.metadata() else { return };
    let of_others = metadata.permissions().mode() & 0o077;
    if of_others == 0 {
        return;
    }
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        Ok(()) => {
            tracing::warn!(path = %path.display(), "other users of this machine could read this file; now they cannot");
        }
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "other users of this machine can read this file");
        }
    }
}
