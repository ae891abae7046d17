//! Chromium and its driver, for the tests in a real browser.

use super::debian::{DebianProgram, is_root};
use super::program::{on_path, version_of};
use crate::failure::Result;
use crate::project::Project;
use fs_err as fs;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names under which systems install the browser, most specific first.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// Where it may be without being on `PATH`.
const ELSEWHERE: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];
/// For tests: nothing of the person's own profile, nothing that talks to the network by itself.
const FLAGS: &str = "--headless=new --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-dev-shm-usage";

const CHROMIUM: DebianProgram<'_> = DebianProgram {
    name: "Chromium",
    why: "the tests drive the real client in a real browser",
    packages: &["chromium", "chromium-driver", "fonts-liberation"],
    size: "about 100 MB",
    by_hand: "install Chromium (or Chrome) and ChromeDriver of the same version: `sudo apt-get install chromium \
     chromium-driver` on Debian, `brew install --cask google-chrome chromedriver` on macOS, \
     https://googlechromelabs.github.io/chrome-for-testing elsewhere; if they are not on PATH, set CHROMIUM and \
     CHROMEDRIVER to the two programs; then run this again",
};

/// A browser and a driver of the same major version.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

pub(crate) fn ensure(project: &Project) -> Result<Browser> {
    CHROMIUM.ensure(project, find)
}

impl Browser {
    /// Tells a command's programs where both are.
    pub(crate) fn given_to<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("CHROMIUM", &self.chromium).env("CHROMEDRIVER", &self.driver)
    }

    /// Writes the capabilities for the runner of the component tests, and returns their path.
    pub(crate) fn webdriver_json(&self, project: &Project) -> Result<PathBuf> {
        let path = project.target.join("webdriver.json");
        let text = self.capabilities(is_root()).to_string();
        fs::create_dir_all(&project.target).and_then(|()| fs::write(&path, text))?;
        Ok(path)
    }

    fn capabilities(&self, root: bool) -> serde_json::Value {
        // Chromium's own sandbox refuses to start for root, as in most containers.
        let flags: Vec<&str> = FLAGS.split(' ').chain(root.then_some("--no-sandbox")).collect();
        serde_json::json!({ "goog:chromeOptions": { "args": flags, "binary": self.chromium.to_string_lossy() } })
    }
}

/// What is there, or in a sentence what is missing.
fn find() -> Result<Browser, String> {
    let chosen = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_file());
    let chromium = chosen("CHROMIUM")
        .or_else(|| BROWSERS.iter().find_map(|name| on_path(name)))
        .or_else(|| ELSEWHERE.iter().map(PathBuf::from).find(|path| path.is_file()))
        .ok_or("no Chromium or Chrome is installed")?;
    let driver = chosen("CHROMEDRIVER")
        .or_else(|| on_path("chromedriver"))
        .ok_or_else(|| format!("{} has no ChromeDriver beside it", chromium.display()))?;
    if let (Some(have), Some(wants)) = (major(&chromium), major(&driver))
        && have != wants
    {
        let (chromium, driver) = (chromium.display(), driver.display());
        return Err(format!("{chromium} is version {have}, but {driver} is for version {wants}"));
    }
    Ok(Browser { chromium, driver })
}

/// Chrome on Windows prints nothing for `--version`: then the driver itself has to complain.
fn major(program: &Path) -> Option<u32> {
    version_of(program)?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_gives_up_the_sandbox() {
        let browser =
            Browser { chromium: "/usr/bin/chromium".into(), driver: "/usr/bin/chromedriver".into() };
        let text = |root| browser.capabilities(root)["goog:chromeOptions"].to_string();
        assert!(text(true).contains("--no-sandbox"));
        assert!(!text(false).contains("--no-sandbox"));
        assert!(text(false).contains("\"binary\":\"/usr/bin/chromium\""));
    }
}
