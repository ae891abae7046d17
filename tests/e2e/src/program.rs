//! A program on Node.js or Python that serves on a port of its own choice and says which: an API or a provider that
//! nobody here wrote, or a client on a server.
//!
//! Its clock can be put forward ([`Program::put_clock_forward`]), so that "a minute later" takes no minute. It gets the
//! order on standard input and answers on standard output. On Node.js a module that runs before the program replaces
//! `Date` (`tests/interop/clock`); in Python `time-machine` does, for C code too (`tests/interop/serving.py`). For a page
//! there is [`crate::Page::put_clock_forward`]. The libraries know nothing of it.

use crate::{TestError, eventually::WAIT_TIMEOUT, packages, token::without_tokens};
use std::{
    env, fmt,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// The folder of the programs that nobody here wrote, with their packages.
pub const INTEROP: &str = "tests/interop";

const PORT: &str = "listening on 127.0.0.1:";
const CLOCK: &str = "clock put forward by";

/// A running one. It ends when it is dropped.
pub struct Program {
    script: String,
    child: Child,
    orders: Mutex<ChildStdin>,
    output: watch::Receiver<Output>,
    origin: String,
}

/// Everything that it has said.
#[derive(Default)]
struct Output {
    lines: Vec<String>,
    /// How many of standard output and standard error are closed.
    closed: usize,
}

impl Output {
    fn is_over(&self) -> bool {
        self.closed == 2
    }

    fn beginning_with<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter_map(move |line| line.strip_prefix(start))
    }
}

impl Program {
    /// Starts a script on Node.js (`NODE`, or `node` on the path), in a folder of the project that has packages.
    pub async fn node(folder: &str, script: &str, variables: &[(&str, &str)]) -> Result<Self, TestError> {
        let place = packages::of(folder)?;
        let node = env::var_os("NODE").unwrap_or_else(|| "node".into());
        let mut command = Command::new(node);
        command.arg("--import").arg(in_project(INTEROP)?.join("clock/node.mjs"));
        Self::start(
            command,
            &place,
            script,
            variables,
            "Install Node.js 20 or later, or set NODE to its path",
        )
        .await
    }

    /// Runs a program on Node.js to its end: a test of somebody else's, in a folder of the project that has packages. Gives what
    /// it wrote, when it says that it went well.
    pub async fn run_on_node(
        folder: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<String, TestError> {
        let mut command = Command::new(env::var_os("NODE").unwrap_or_else(|| "node".into()));
        command.args(arguments).current_dir(packages::of(folder)?).envs(variables.iter().copied());
        let run = tokio::task::spawn_blocking(move || command.output());
        let output = run.await.map_err(|error| TestError::permanent(error.to_string()))??;
        let written = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        let written = without_tokens(&written.concat());
        if output.status.success() {
            Ok(written)
        } else {
            Err(TestError::permanent(format!("{arguments:?} in {folder} failed:\n{written}")))
        }
    }

    /// Starts a script of `tests/interop` on Python (`PYTHON`), which has the packages of its `requirements.txt`.
    pub async fn python(script: &str, variables: &[(&str, &str)]) -> Result<Self, TestError> {
        let advice = "`cargo xtask test --only e2e` makes an environment with tests/interop/requirements.txt, and sets \
                      PYTHON to its interpreter";
        let python = env::var_os("PYTHON")
            .ok_or_else(|| TestError::permanent(format!("PYTHON is not set: {advice}")))?;
        let place = in_project(INTEROP)?;
        let mut command = Command::new(python);
        command.env("PYTHONPATH", &place).env("PYTHONUNBUFFERED", "1").env("PYTHONDONTWRITEBYTECODE", "1");
        Self::start(command, &place, script, variables, advice).await
    }

    async fn start(
        mut command: Command,
        folder: &Path,
        script: &str,
        variables: &[(&str, &str)],
        advice: &str,
    ) -> Result<Self, TestError> {
        command.arg(script).current_dir(folder).envs(variables.iter().copied());
        let mut program = Self::spawn(command, script, advice)?;
        let port = program.says(PORT, 1).await?;
        program.origin = format!("http://localhost:{port}");
        Ok(program)
    }

    /// Starts any program, without waiting for what it says.
    pub(crate) fn spawn(mut command: Command, script: &str, advice: &str) -> Result<Self, TestError> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = command.get_program().display().to_string();
        let mut child = command
            .spawn()
            .map_err(|error| TestError::permanent(format!("cannot start `{shown}`: {error}. {advice}")))?;
        let (Some(orders), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(TestError::permanent(format!("{script} has no pipes")));
        };
        let (sender, output) = watch::channel(Output::default());
        collect(stdout, sender.clone());
        collect(stderr, sender);
        Ok(Self {
            script: script.to_owned(),
            child,
            orders: Mutex::new(orders),
            output,
            origin: String::new(),
        })
    }

    /// Waits for a line that begins like that, the `count`th of its kind, and gives its rest.
    pub async fn says(&self, start: &str, count: usize) -> Result<String, TestError> {
        let mut output = self.output.clone();
        let found =
            |output: &Output| output.beginning_with(start).nth(count - 1).map(|rest| rest.trim().to_owned());
        let line = match timeout(
            WAIT_TIMEOUT,
            output.wait_for(|output| found(output).is_some() || output.is_over()),
        )
        .await
        {
            Ok(Ok(output)) => found(&output),
            _ => None,
        };
        line.ok_or_else(|| TestError::permanent(format!("it does not say {start:?}; {}", self.transcript())))
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

    /// From now on this program believes that it is so much later.
    pub async fn put_clock_forward(&self, by: Duration) -> Result<(), TestError> {
        let before = self.output.borrow().beginning_with(CLOCK).count();
        let order = format!("{}\n", by.as_secs());
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).write_all(order.as_bytes())?;
        self.says(CLOCK, before + 1).await.map(drop)
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has.
    #[cfg(unix)]
    pub async fn interrupt(mut self) -> Result<(), TestError> {
        let asked = Command::new("kill").arg("-INT").arg(self.child.id().to_string()).status()?;
        let mut output = self.output.clone();
        let is_over =
            timeout(WAIT_TIMEOUT, output.wait_for(Output::is_over)).await.is_ok_and(|it| it.is_ok());
        if !asked.success() || !is_over {
            return Err(TestError::permanent(format!("it does not stop; {}", self.transcript())));
        }
        let status = self.child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(TestError::permanent(format!("{status}; {}", self.transcript())))
        }
    }

    /// Everything that it has written, without tokens.
    #[must_use]
    pub fn transcript(&self) -> String {
        let lines = self.output.borrow().lines.join("\n  ");
        format!("{} wrote:\n  {}\n", self.script, without_tokens(&lines))
    }
}

fn in_project(folder: &str) -> Result<PathBuf, TestError> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).canonicalize()?)
}

/// Reads lines until there are no more. A program whose output nobody reads stands still when the pipe is full.
fn collect(from: impl Read + Send + 'static, output: watch::Sender<Output>) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            output.send_modify(|output| output.lines.push(text));
            line.clear();
        }
        output.send_modify(|output| output.closed += 1);
    });
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.script, self.origin)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only when the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
