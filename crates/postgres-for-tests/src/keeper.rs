//! A shell beside a server.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};
use std::thread;

use crate::runner::Runner;

/// A shell that runs until its input ends, which it does when this is dropped, or when the process that has it ends, however
/// it ends. So it can clean up after the tests.
#[derive(Debug)]
pub(crate) struct Keeper(Child);

impl Keeper {
    /// Runs this script with these arguments, and waits for a line with `ready`.
    pub(crate) fn start(runner: Runner, script: &str, arguments: &[&OsStr], ready: &str) -> io::Result<Self> {
        let mut shell = runner
            .command("/bin/sh")
            .args(["-c", script, "keeper"])
            .args(arguments)
            // What a terminal sends to the tests, as for Ctrl-C, is not for the keeper.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = shell.stdout.take().map(BufReader::new).ok_or(io::ErrorKind::BrokenPipe)?;
        let keeper = Self(shell);
        let (mut said, mut line) = (String::new(), String::new());
        while !line.contains(ready) {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Err(io::Error::other(format!("a server for the tests does not start: {said}")));
            }
            said.push_str(&line);
        }
        // It stands still when nobody reads what it writes.
        thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
        Ok(keeper)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // What cannot be waited for has stopped already.
        let _ = self.0.wait();
    }
}
