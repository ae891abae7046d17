//! A browser that dies: killed as by the system, at once, and started again on what it had written by then.
//!
//! Chromium writes its open windows down every few seconds, and the tabs' storage when it likes. What a window finds in its
//! storage after a crash is from any moment before it.

use super::{Browser, Session};
use crate::{Page, TestError, eventually};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

/// Opens the windows that were open when the browser ended. After a crash Chromium asks before it does that; the second
/// flag is the answer.
const RESTORE: &[&str] = &["--restore-last-session", "--hide-crash-restore-bubble"];

impl Browser {
    /// Waits until the address that this window shows is among the windows to be opened again.
    pub async fn has_listed(&self, page: &Page) -> Result<(), TestError> {
        let sessions = self.profile.path().join("Default/Sessions");
        let address = page.address().await?;
        eventually("the window among those to be opened again", async || {
            if holds(&sessions, &address)? { Ok(()) } else { Err(TestError::transient("it is not yet")) }
        })
        .await
    }

    /// Kills the program and everything that belongs to it (SIGKILL). Nothing of it runs when this returns.
    pub async fn crash(&self) -> Result<(), TestError> {
        let session = self.session.lock().await;
        // The lock of the profile names the process that has it: `HOST-PID`.
        let lock = self.profile.path().join("SingletonLock");
        let owner = fs::read_link(&lock)?;
        let pid = owner.to_str().and_then(|owner| owner.rsplit_once('-')).map(|(_, pid)| pid.to_owned());
        let pid = pid.ok_or_else(|| TestError::permanent(format!("no process in {}", owner.display())))?;
        if !signal("KILL", &pid)? {
            return Err(TestError::permanent(format!("process {pid} could not be killed")));
        }
        // ChromeDriver is its parent: only when its session ends does the process go. That there is nobody to end is known.
        let _ = session.driver.clone().quit().await;
        drop(session);
        eventually("the browser's end", async || {
            if signal("0", &pid)? { Err(TestError::transient("it lives")) } else { Ok(()) }
        })
        .await
    }

    /// Starts the program again, on the same profile, with the windows that it had written down.
    pub async fn restart(self: &Arc<Self>) -> Result<Vec<Page>, TestError> {
        let started = Session::start(&self.process, self.profile.path(), RESTORE).await?;
        *self.session.lock().await = started;
        self.pages().await
    }
}

/// Sends a signal; says whether there was such a process.
fn signal(name: &str, pid: &str) -> Result<bool, TestError> {
    let kill = format!("kill -{name} {pid}");
    let status = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status()?;
    Ok(status.success())
}

/// Does a file of that folder hold the text?
fn holds(folder: &Path, text: &str) -> Result<bool, TestError> {
    // Before the first write there is no folder; a file can go while it is looked for.
    let Ok(files) = fs::read_dir(folder) else { return Ok(false) };
    for file in files {
        let bytes = fs::read(file?.path()).unwrap_or_default();
        if bytes.windows(text.len()).any(|part| part == text.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}
