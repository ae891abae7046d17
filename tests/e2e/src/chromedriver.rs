//! The `ChromeDriver` process: one for all tests that run at the same time, on a port of its own choice.

use crate::TestError;
use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
};

/// How often a start is tried whose port was taken in the same moment.
const ATTEMPTS: usize = 5;

static RUNNING: Mutex<Weak<ChromeDriver>> = Mutex::new(Weak::new());

/// A running `ChromeDriver`; it ends with the last test that holds it.
#[derive(Debug)]
pub struct ChromeDriver {
    child: Child,
    port: u16,
    /// Held open: `ChromeDriver` would stop at a closed pipe.
    _stdout: BufReader<ChildStdout>,
}

impl ChromeDriver {
    /// The process that is running already, or a new one from `CHROMEDRIVER` (default: `chromedriver` on the path).
    pub fn shared() -> Result<Arc<Self>, TestError> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = running.upgrade() {
            return Ok(driver);
        }
        let driver = Arc::new(Self::start()?);
        *running = Arc::downgrade(&driver);
        Ok(driver)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it, and once more where it lost the race for its port: it takes a free one at `::1` and then wants the same
    /// one at `127.0.0.1`, where another program may have it (the servers and browsers of these tests open many).
    fn start() -> Result<Self, TestError> {
        for _ in 1..ATTEMPTS {
            match Self::start_once() {
                Err(error) if error.to_string().contains("port not available") => {}
                started => return started,
            }
        }
        Self::start_once()
    }

    fn start_once() -> Result<Self, TestError> {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut child = Command::new(&program)
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                TestError::permanent(format!(
                    "cannot start ChromeDriver as `{program}`: {error}. Install it, or set CHROMEDRIVER to its path"
                ))
            })?;
        let stdout = child.stdout.take().ok_or_else(|| TestError::permanent("ChromeDriver has no output"))?;
        let mut stdout = BufReader::new(stdout);
        match announced_port(&mut stdout) {
            Ok(port) => Ok(Self { child, port, _stdout: stdout }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }
}

/// Reads up to "`ChromeDriver` was started successfully on port 40123."
fn announced_port(stdout: &mut impl BufRead) -> Result<u16, TestError> {
    let mut said = String::new();
    while stdout.read_line(&mut said)? > 0 {
        let last = said.lines().next_back().unwrap_or_default();
        if let Some((_, port)) = last.split_once("started successfully on port ") {
            let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
            return digits.parse().map_err(|_| TestError::permanent(format!("no port in {last:?}")));
        }
    }
    Err(TestError::permanent(format!("ChromeDriver did not start: {said:?}")))
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        // Both fail only when the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
