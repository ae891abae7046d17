//! Progress: what is being done and why, how long it takes, and what to do when it fails.
//! Quiet tools write to a log file that is named when they fail; cargo and the tests talk for themselves.

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a long step says that it is still alive.
const TICK: Duration = Duration::from_secs(15);
/// How much of a log is shown when its step fails.
const TAIL_LINES: usize = 30;

/// What went wrong, and what a person can do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What failed, in a sentence.
    pub(crate) what: String,
    /// What to do now; empty when the output above says it.
    pub(crate) advice: String,
}

/// The result of everything in this program.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }

    /// For file operations: the path and the system's reason.
    pub(crate) fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("could not {doing} {}: {error}", path.display()), "")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if !self.advice.is_empty() {
            write!(f, "\n  what to do: {}", self.advice)?;
        }
        Ok(())
    }
}

/// One line of progress, flushed, because a pipe would keep it back until the end.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A closed terminal is no reason to stop the work.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Announces a step, runs it, and says how long it took.
pub(crate) fn step<T>(name: &str, why: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    say(&format!("▸ {name}: {why}"));
    let started = Instant::now();
    let outcome = work();
    let mark = if outcome.is_ok() { "✓" } else { "✗" };
    say(&format!("{mark} {name} ({})", elapsed(started)));
    outcome
}

/// The time since `started`, as people read it.
pub(crate) fn elapsed(started: Instant) -> String {
    duration(started.elapsed())
}

/// `850 ms`, `12.3 s`, `4 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Runs a command whose output is of interest only when it fails: into `log`, with a line now and then.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Outcome {
    let (out, err) = open_log(log).map_err(|error| Failure::io("write", log, &error))?;
    let name = describe(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .spawn()
        .map_err(|error| Failure::new(format!("could not start `{name}`: {error}"), ""))?;
    let started = Instant::now();
    let (done, waiting) = mpsc::channel();
    let waiter = thread::spawn(move || {
        let status = child.wait();
        // The receiver is gone only when this whole program is.
        let _ = done.send(());
        status
    });
    while let Err(RecvTimeoutError::Timeout) = waiting.recv_timeout(TICK) {
        let last = tail(log, 1);
        say(&format!("  … {} {}", elapsed(started), clip(last.trim(), 80)));
    }
    let status = match waiter.join() {
        Ok(status) => status.map_err(|error| Failure::new(format!("`{name}`: {error}"), ""))?,
        Err(_) => return Err(Failure::new(format!("lost track of `{name}`"), "run the command again")),
    };
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{name}` failed ({status}); the end of its output:\n{}", indent(&tail(log, TAIL_LINES))),
        format!("the whole output is in {}", log.display()),
    ))
}

/// Runs a command that talks to the person directly.
pub(crate) fn run_shown(command: &mut Command) -> Outcome {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::new(format!("could not start `{}`: {error}", describe(command)), ""))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status})", describe(command)), ""))
}

/// What a command prints, or nothing when it cannot be started or fails: for questions such as `--version`.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn open_log(log: &Path) -> std::io::Result<(File, File)> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(log)?;
    Ok((file.try_clone()?, file))
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

fn tail(log: &Path, lines: usize) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    // Progress bars overwrite their line; only what stands last counts.
    let all: Vec<&str> = text
        .lines()
        .map(|line| line.rsplit('\r').next().unwrap_or(line))
        .filter(|l| !l.trim().is_empty())
        .collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
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
    fn times_read_as_people_say_them() {
        assert_eq!(duration(Duration::from_millis(850)), "850 ms");
        assert_eq!(duration(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(duration(Duration::from_secs(245)), "4 min 05 s");
    }

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
