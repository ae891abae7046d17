//! One Chromium with an empty profile, and its windows.

mod crash;
mod windows;

use crate::{ChromeDriver, TestError};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use thirtyfour::{
    CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel,
    PageLoadStrategy, WebDriver, WindowHandle,
};
use tokio::sync::{Mutex, MutexGuard};

/// Enough for root in a container, and quiet: no network of its own. English amounts, so that tests can name them;
/// no throttling, because the phone and the log-in page are two windows of one browser.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-search-engine-choice-screen",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--password-store=basic",
    "--lang=en-US",
    "--accept-lang=en-US",
    "--window-size=1280,900",
];

/// A person's browser: one profile, and the program that runs on it. Ends with [`Browser::quit`].
#[derive(Debug)]
pub struct Browser {
    session: Mutex<Session>,
    profile: TempDir,
    process: Arc<ChromeDriver>,
}

/// One run of the program.
#[derive(Debug)]
struct Session {
    driver: WebDriver,
    /// `WebDriver` commands go to one window at a time: which one.
    current: WindowHandle,
}

/// A window of a browser.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) browser: Arc<Browser>,
    pub(crate) handle: WindowHandle,
}

impl Window {
    pub(crate) async fn tab(&self) -> Result<Tab<'_>, TestError> {
        self.browser.tab(&self.handle).await
    }
}

/// The right to send commands to one window.
pub(crate) struct Tab<'a> {
    pub(crate) driver: WebDriver,
    _session: MutexGuard<'a, Session>,
}

impl Session {
    async fn start(process: &ChromeDriver, profile: &Path, more: &[&str]) -> Result<Self, TestError> {
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS.iter().chain(more) {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        if let Ok(program) = std::env::var("CHROMIUM") {
            wanted.set_binary(&program)?;
        }
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        // A document counts as there once it is parsed: a WebAssembly that is held back must not hold back the test.
        wanted.set_page_load_strategy(PageLoadStrategy::Eager)?;
        let driver = WebDriver::new(process.address(), wanted).await?;
        let current = driver.window().await?;
        Ok(Self { driver, current })
    }
}

impl Browser {
    /// Starts Chromium (`CHROMIUM`, or the one that `ChromeDriver` finds) and opens its first window.
    pub async fn start() -> Result<Arc<Self>, TestError> {
        let process = ChromeDriver::shared()?;
        let profile = TempDir::with_prefix("riser-e2e-")?;
        let session = Mutex::new(Session::start(&process, profile.path(), &[]).await?);
        Ok(Arc::new(Self { session, profile, process }))
    }

    async fn tab(&self, window: &WindowHandle) -> Result<Tab<'_>, TestError> {
        let mut session = self.session.lock().await;
        if session.current != *window {
            session.driver.switch_to_window(window.clone()).await?;
            session.current = window.clone();
        }
        Ok(Tab { driver: session.driver.clone(), _session: session })
    }

    /// For a test of somebody else's, which drives the browser itself.
    pub async fn driver(&self) -> WebDriver {
        self.session.lock().await.driver.clone()
    }

    /// What all windows wrote to the console since the last call, tokens taken out.
    pub async fn console(&self) -> Result<Vec<String>, TestError> {
        let session = self.session.lock().await;
        let entries = session.driver.browser_log().await?;
        Ok(entries
            .into_iter()
            .map(|entry| {
                let source = entry.source.unwrap_or_default();
                format!("{} {source} {}", entry.level, crate::token::without_tokens(&entry.message))
            })
            .collect())
    }

    /// Ends the program; the profile goes with the last [`Page`].
    pub async fn quit(&self) -> Result<(), TestError> {
        self.session.lock().await.driver.clone().quit().await?;
        Ok(())
    }
}
