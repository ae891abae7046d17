//! Runs other programs. Quiet ones write to a log file that is named when they fail; cargo and the tests talk for themselves.

use crate::failure::{Failure, Result};
use crate::progress::{duration, say};
use fs_err as fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a long step says that it is still alive.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(15);
/// How much of a log is shown when its step fails.
const TAIL_LINES: usize = 30;

/// Runs a command whose output is of interest only when it fails: into `log`, with a line now and then.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result {
    let name = describe(command);
    let mut child = start_logged(command, log)?;
    let started = Instant::now();
    let (done, waiting) = mpsc::channel();
    let waiter = thread::spawn(move || {
        let status = child.wait();
        // The receiver is gone only when this whole program is.
        let _ = done.send(());
        status
    });
    while let Err(RecvTimeoutError::Timeout) = waiting.recv_timeout(PROGRESS_INTERVAL) {
        say(&format!("  … {} {}", duration(started.elapsed()), clip(tail(log, 1).trim(), 80)));
    }
    let status = match waiter.join() {
        Ok(status) => status.map_err(|error| Failure::new(format!("`{name}`: {error}"), ""))?,
        Err(_) => return Err(Failure::new(format!("lost track of `{name}`"), "run the command again")),
    };
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{name}` failed ({status}); the end of its output:\n{}", tail(log, TAIL_LINES)),
        format!("the whole output is in {}", log.display()),
    ))
}

pub(crate) fn start_logged(command: &mut Command, log: &Path) -> Result<Child> {
    fs::create_dir_all(log.parent().unwrap_or(log))?;
    let file = fs::File::create(log)?.into_file();
    let (out, err) = (file.try_clone()?, file);
    command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().map_err(|error| not_started(command, &error))
}

/// Runs a command that talks to the person directly.
pub(crate) fn run_shown(command: &mut Command) -> Result {
    let status = status_shown(command)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status})", describe(command)), ""))
}

/// How a command ends that talks to the person directly.
pub(crate) fn status_shown(command: &mut Command) -> Result<ExitStatus> {
    command.stdin(Stdio::null()).status().map_err(|error| not_started(command, &error))
}

/// What a command prints, or nothing when it cannot be started or fails: for questions such as `--version`.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program takes this process's place: signals reach it directly, and its exit code is ours.
#[cfg(unix)]
pub(crate) fn exec(mut program: Command) -> Result {
    let error = std::os::unix::process::CommandExt::exec(&mut program);
    Err(not_started(&program, &error))
}

/// A console sends Ctrl-C to both; this process may go first, the program stops in its own time.
#[cfg(not(unix))]
pub(crate) fn exec(mut program: Command) -> Result {
    run_shown(&mut program)
}

/// The command as one would type it, without its folder.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not start `{}`: {error}", describe(command)), "")
}

fn tail(log: &Path, lines: usize) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    // Progress bars overwrite their line; only what stands last counts.
    let shown = text.lines().map(|line| line.rsplit('\r').next().unwrap_or(line));
    let all: Vec<&str> = shown.filter(|line| !line.trim().is_empty()).collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

fn clip(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_shows_the_end_of_its_output_and_where_the_rest_is() {
        let log = std::env::temp_dir().join(format!("riser-step-{}.log", std::process::id()));
        let failure = run_logged(Command::new("cargo").arg("no-such-command-of-cargo"), &log)
            .expect_err("it must fail");
        assert!(failure.what.contains("no-such-command-of-cargo"), "{}", failure.what);
        assert!(failure.advice.contains(&log.display().to_string()), "{}", failure.advice);
        fs::remove_file(&log).unwrap();
    }

    #[test]
    fn long_lines_are_clipped_at_characters() {
        assert_eq!(clip("äöüß", 3), "äö…");
        assert_eq!(clip("abc", 3), "abc");
    }
}
