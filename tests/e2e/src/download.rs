//! What people download: the archive of a release (`RISER_ARCHIVE`), unpacked into an empty folder, and the program in it. It
//! runs without an environment: no cargo, no repository, no home but that folder.

use crate::{Browser, Page, Program, TestError, TestFailure, evidence, scenario};
use futures_util::FutureExt;
use std::{
    env,
    ffi::OsStr,
    fmt, fs,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};
use tempfile::TempDir;

/// An unpacked archive.
#[derive(Debug)]
pub struct Download {
    folder: TempDir,
    unpacked: PathBuf,
}

impl Download {
    /// Unpacks it as a person does.
    pub fn unpack() -> Result<Self, TestError> {
        let advice = "`cargo xtask test --only e2e` makes an archive and names it in RISER_ARCHIVE";
        let archive = env::var_os("RISER_ARCHIVE").ok_or_else(|| TestError::permanent(advice))?;
        let folder = TempDir::with_prefix("riser-download-")?;
        let status = Command::new("tar").arg("-xf").arg(&archive).current_dir(folder.path()).status()?;
        let mut entries = fs::read_dir(folder.path())?;
        match (status.success(), entries.next(), entries.next()) {
            (true, Some(entry), None) => Ok(Self { unpacked: entry?.path(), folder }),
            _ => Err(TestError::permanent(format!("{} has not one folder in it", archive.display()))),
        }
    }

    /// Where the archive's own folder is now.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.unpacked
    }

    /// The home of whoever runs it.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(self.unpacked.join(format!("riser{}", env::consts::EXE_SUFFIX)));
        command.args(arguments).current_dir(self.home()).env_clear();
        command.env("PATH", self.home()).env("HOME", self.home());
        command
    }

    /// Runs it to its end.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output, TestError> {
        let mut command = self.command(arguments);
        let run = tokio::task::spawn_blocking(move || command.output());
        Ok(run.await.map_err(|error| TestError::permanent(error.to_string()))??)
    }

    /// Starts it, without waiting for anything.
    pub fn start<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Program, TestError> {
        Program::spawn(self.command(arguments), "riser", "It comes out of the archive")
    }
}

/// `riser up`, running.
pub struct Up {
    /// As in `http://localhost:40123`.
    pub app: String,
    /// The page that is the customer's phone.
    pub phone: String,
    /// The customer's browser.
    pub browser: Arc<Browser>,
    /// Its first window, still empty.
    pub page: Page,
    program: Program,
}

impl fmt::Debug for Up {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program.transcript())
    }
}

impl Up {
    async fn start(download: &Download) -> Result<Self, TestError> {
        let program = download.start(&["up", "--bank", "localhost:0", "--tenant", "localhost:0"])?;
        let app = program.says("    http://", 1).await?;
        let phone = program.says("The phone     http://", 1).await?;
        let phone = phone.split(',').next().unwrap_or_default();
        let browser = Browser::start().await?;
        let page = browser.first_page().await;
        Ok(Self { app: format!("http://{app}"), phone: format!("http://{phone}"), browser, page, program })
    }
}

/// Plays `story` with what `riser up` of the download has started, and stops it as Ctrl-C does.
///
/// # Panics
/// When the story does: with the line of the test, and the folder where the evidence is.
pub fn up<F>(download: &Download, story: F)
where
    F: AsyncFnOnce(&Up) -> Result<(), TestFailure>,
{
    let test = scenario::name_of::<F>();
    scenario::run(&test, async {
        let up = Up::start(download).await.map_err(|error| error.to_string())?;
        let outcome = match scenario::ending(AssertUnwindSafe(story(&up)).catch_unwind().await) {
            None => Ok(()),
            Some(why) => Err(evidence::with(&test, &up.program.transcript(), &up.browser, why).await),
        };
        let quit = up.browser.quit().await.map_err(|error| format!("the browser does not end: {error}"));
        let stopped = up.program.interrupt().await.map_err(|error| error.to_string());
        outcome.and(quit).and(stopped)
    });
}
