//! A program on Node.js that serves on a port of its own choice and says which.

use crate::Miss;
use std::{
    fmt,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};
use tokio::task;

/// A running one. It ends when it is dropped.
pub struct Program {
    child: Child,
    origin: String,
    /// Held open: the program may have more to say.
    _stdout: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a script in its folder with `NODE` (default: `node` on the path).
    pub(super) async fn start(folder: &Path, script: &str, variables: &[(&str, &str)]) -> Result<Self, Miss> {
        let node = std::env::var_os("NODE").unwrap_or_else(|| "node".into());
        let mut command = Command::new(&node);
        command.arg(script).current_dir(folder).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let (script, shown) = (script.to_owned(), node.display().to_string());
        let started = task::spawn_blocking(move || {
            let mut child = command.spawn().map_err(|error| {
                Miss::last(format!(
                    "cannot start `{shown}`: {error}. Install Node.js 20 or later, or set NODE to its path"
                ))
            })?;
            let stdout = child.stdout.take().ok_or_else(|| Miss::last("its output is not piped"))?;
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            stdout.read_line(&mut line)?;
            let port = line.trim().strip_prefix("listening on 127.0.0.1:").map(str::to_owned);
            let program = |origin| Self { child, origin, _stdout: stdout };
            port.map(|port| program(format!("http://localhost:{port}")))
                .ok_or_else(|| Miss::last(format!("{script} does not start; it said {line:?}")))
        });
        started.await.map_err(|error| Miss::last(error.to_string()))?
    }

    /// As in `http://localhost:40123`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// An address of this program; `path` begins with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only when the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
