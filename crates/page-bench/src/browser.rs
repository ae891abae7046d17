//! Chromium, on a slow phone's processor and network.

use crate::client_server::BALANCE_TEXT;
use crate::error::BenchError;
use serde_json::{Value, json};
use std::env;
use std::process::Stdio;
use tempfile::TempDir;
use thirtyfour::{
    CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, PageLoadStrategy, WebDriver,
};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// For root in a container; nothing that talks to the network by itself; English amounts.
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
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--password-store=basic",
    "--lang=en-US",
    "--accept-lang=en-US",
    "--window-size=412,915",
];

/// The round trip, in milliseconds.
pub(crate) const LATENCY: u32 = 150;
/// In bits a second.
pub(crate) const DOWNLOAD: u32 = 1_600_000;
const UPLOAD: u32 = 750_000;
pub(crate) const CPU_SLOWDOWN: u32 = 4;

#[derive(Debug)]
pub(crate) struct Browser {
    driver: WebDriver,
    version: String,
    _profile: TempDir,
    _chromedriver: Child,
    /// Held open: ChromeDriver would stop at a closed pipe.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// `CHROMIUM` and `CHROMEDRIVER`, or those on the path.
    pub(crate) async fn start() -> Result<Self, BenchError> {
        let mut chromedriver = Command::new(env::var("CHROMEDRIVER").unwrap_or("chromedriver".to_owned()))
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let out = chromedriver.stdout.take().ok_or_else(|| std::io::Error::other("no output"))?;
        let mut stdout = BufReader::new(out).lines();
        let port = loop {
            let line = stdout
                .next_line()
                .await?
                .ok_or_else(|| std::io::Error::other("ChromeDriver does not start"))?;
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let profile = TempDir::with_prefix("riser-page-bench-")?;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        if let Ok(program) = env::var("CHROMIUM") {
            wanted.set_binary(&program)?;
        }
        // The measurement waits for what it measures, not for documents.
        wanted.set_page_load_strategy(PageLoadStrategy::None)?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await?;
        let answer = driver.cdp().send_raw("Browser.getVersion", json!({})).await?;
        let version = answer["product"].as_str().unwrap_or_default().to_owned();
        Ok(Self { driver, version, _profile: profile, _chromedriver: chromedriver, _stdout: stdout })
    }

    /// As in `HeadlessChrome/156.0.1.2`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// A tab that nothing is left in of what was before, slowed down and with the probe in every page.
    pub(crate) async fn new_tab(&self) -> Result<(), BenchError> {
        let tab = self.driver.new_tab().await?;
        self.driver.close_window().await?;
        self.driver.switch_to_window(tab).await?;
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.clearBrowserCookies", json!({})).await?;
        self.clear_cache().await?;
        let network = json!({
            "offline": false, "latency": LATENCY, "downloadThroughput": DOWNLOAD / 8, "uploadThroughput": UPLOAD / 8,
        });
        self.devtools("Network.emulateNetworkConditions", network).await?;
        self.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": CPU_SLOWDOWN })).await?;
        let probe = include_str!("probe.js").replace("BALANCE_TEXT", BALANCE_TEXT);
        self.devtools("Page.enable", json!({})).await?;
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": probe })).await
    }

    pub(crate) async fn clear_cache(&self) -> Result<(), BenchError> {
        self.devtools("Network.clearBrowserCache", json!({})).await
    }

    pub(crate) async fn open(&self, address: &str) -> Result<(), BenchError> {
        Ok(self.driver.goto(address).await?)
    }

    pub(crate) async fn reload(&self) -> Result<(), BenchError> {
        Ok(self.driver.refresh().await?)
    }

    /// What a script returns.
    pub(crate) async fn run(&self, script: &str) -> Result<Value, BenchError> {
        Ok(self.driver.execute(script, vec![]).await?.json().clone())
    }

    pub(crate) async fn quit(self) -> Result<(), BenchError> {
        Ok(self.driver.quit().await?)
    }

    async fn devtools(&self, method: &str, parameters: Value) -> Result<(), BenchError> {
        self.driver.cdp().send_raw(method, parameters).await?;
        Ok(())
    }
}
