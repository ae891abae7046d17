//! The files of keys. Nobody but its owner can read it, and nobody ever reads half of it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes the key beside its place and links it there: of two processes that start together, the second one takes
/// the key of the first.
pub(crate) fn keep(folder: &Path, path: &Path, der: &[u8]) -> io::Result<()> {
    database_setup::private::folder(folder)?;
    let draft = path.with_extension(crate::random::identifier());
    let mut options = OpenOptions::new();
    private(options.write(true).create_new(true));
    let mut file = options.open(&draft)?;
    let linked =
        file.write_all(der).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Puts this in the place of what the file held, all at once.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(crate::random::identifier());
    let mut options = OpenOptions::new();
    private(options.write(true).create_new(true));
    let mut file = options.open(&draft)?;
    file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, path))
}

/// Reads the key, after taking it away from other users of the machine, should a copy or a backup have given it to
/// them.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if make_private(path)? {
        tracing::warn!(path = %path.display(), "other users of this machine could read this key");
    }
    fs::read(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

/// Says whether it had to.
#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let open = fs::metadata(path)?.permissions().mode() & 0o077 != 0;
    if open {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(open)
}

// Elsewhere a folder in the user's own profile is private by inheritance.
#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

#[cfg(not(unix))]
fn make_private(_: &Path) -> io::Result<bool> {
    Ok(false)
}
