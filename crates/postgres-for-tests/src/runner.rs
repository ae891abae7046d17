//! As whom the server's programs are run.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

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

    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
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
