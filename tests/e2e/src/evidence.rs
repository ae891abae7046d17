//! What a failed test leaves behind in `tests/e2e/failures/`: what the browser showed, what it wrote to its console,
//! what the servers were asked.

use crate::{Browser, TestError, token::without_tokens};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Keeps the evidence of a failed test, and says why it failed and where that is.
pub(crate) async fn with(test: &str, requests: &str, browser: &Arc<Browser>, why: String) -> String {
    let kept = match folder(test) {
        Ok(folder) => match keep(&folder, &why, requests, browser).await {
            Ok(()) => format!("evidence in {}", folder.display()),
            Err(error) => format!("some evidence in {}: {error}", folder.display()),
        },
        Err(error) => format!("no evidence: {error}"),
    };
    format!("{why}\n{requests}\n{kept}")
}

/// The folder of a test's evidence, empty.
fn folder(test: &str) -> Result<PathBuf, TestError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("failures").join(test);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Writes everything that can still be had. One missing piece does not cost the others.
async fn keep(folder: &Path, why: &str, requests: &str, browser: &Arc<Browser>) -> Result<(), TestError> {
    fs::write(folder.join("failure.txt"), without_tokens(why))?;
    fs::write(folder.join("requests.txt"), without_tokens(requests))?;
    let console = match browser.console().await {
        Ok(lines) => lines.join("\n"),
        Err(error) => format!("the console could not be read: {error}"),
    };
    fs::write(folder.join("console.txt"), console)?;
    for (number, page) in browser.pages().await?.into_iter().enumerate() {
        if let Err(error) = page.screenshot(&folder.join(format!("window-{number}.png"))).await {
            fs::write(folder.join(format!("window-{number}.txt")), format!("no screenshot: {error}"))?;
        }
        let address = page.address().await.unwrap_or_else(|error| error.to_string());
        let source = page.source().await.unwrap_or_else(|error| error.to_string());
        let text = without_tokens(&format!("<!-- {address} -->\n{source}"));
        fs::write(folder.join(format!("window-{number}.html")), text)?;
    }
    Ok(())
}
