//! The driver of a browser: one that runs already, or one that is started here.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Each with the environment that names it, and its flags.
const PROGRAMS: [(&str, &str, &[&str]); 2] = [
    ("CHROMEDRIVER", "chromedriver", &["--port=0", "--log-level=SEVERE"]),
    ("GECKODRIVER", "geckodriver", &["--port=0"]),
];
/// What a driver says before the number of its port.
const ANNOUNCEMENTS: [&str; 2] = ["started successfully on port ", "Listening on 127.0.0.1:"];
/// How often a start is tried: `ChromeDriver` takes a free port at `::1`, which may be another's at `127.0.0.1`.
const ATTEMPTS: usize = 5;

/// Ends with the process that it started.
pub(crate) struct Driver {
    pub(crate) address: String,
    _process: Option<Process>,
}

struct Process {
    child: Child,
    /// Held open: a driver would stop at a closed pipe.
    output: BufReader<ChildStdout>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DriverError {
    #[error(
        "there is no driver of a browser: put `chromedriver` or `geckodriver` on the PATH, name it in CHROMEDRIVER or \
         GECKODRIVER, or say with --webdriver where one runs"
    )]
    Missing,
    #[error("{program} does not start: {source}")]
    Start { program: String, source: io::Error },
    #[error("{program} does not say where it listens; it said: {said}")]
    Silent { program: String, said: String },
}

impl Driver {
    /// The one that listens there.
    pub(crate) fn at(address: &str) -> Self {
        Self { address: address.to_owned(), _process: None }
    }

    /// The first that the environment names, or that is on the PATH.
    pub(crate) fn start() -> Result<Self, DriverError> {
        let named = PROGRAMS
            .iter()
            .filter_map(|(variable, _, flags)| std::env::var(variable).ok().map(|program| (program, *flags)));
        let usual = PROGRAMS.iter().map(|(_, program, flags)| ((*program).to_owned(), *flags));
        for (program, flags) in named.chain(usual) {
            match start(&program, flags) {
                Err(DriverError::Start { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                started => return started,
            }
        }
        Err(DriverError::Missing)
    }
}

fn start(program: &str, flags: &[&str]) -> Result<Driver, DriverError> {
    for _ in 1..ATTEMPTS {
        match start_once(program, flags) {
            Err(DriverError::Silent { said, .. }) if said.contains("port not available") => {}
            started => return started,
        }
    }
    start_once(program, flags)
}

fn start_once(program: &str, flags: &[&str]) -> Result<Driver, DriverError> {
    let failed = |source| DriverError::Start { program: program.to_owned(), source };
    let mut child = Command::new(program)
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let output = child.stdout.take().ok_or_else(|| failed(io::Error::other("it has no output")))?;
    let mut process = Process { child, output: BufReader::new(output) };
    let mut said = String::new();
    while process.output.read_line(&mut said).map_err(failed)? > 0 {
        let last = said.lines().next_back().unwrap_or_default();
        if let Some(port) = announced_port(last) {
            return Ok(Driver { address: format!("http://127.0.0.1:{port}"), _process: Some(process) });
        }
    }
    Err(DriverError::Silent { program: program.to_owned(), said })
}

fn announced_port(line: &str) -> Option<u16> {
    ANNOUNCEMENTS.iter().find_map(|announcement| {
        let (_, rest) = line.split_once(announcement)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_what_drivers_say() {
        let chrome = "ChromeDriver was started successfully on port 40123.";
        assert_eq!(announced_port(chrome), Some(40123));
        assert_eq!(
            announced_port("1700000000000\tgeckodriver\tINFO\tListening on 127.0.0.1:4444"),
            Some(4444)
        );
        assert_eq!(announced_port("Starting ChromeDriver"), None);
    }
}
