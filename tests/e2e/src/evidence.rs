//! What a failed test leaves behind in `tests/e2e/failures/`: what the browser showed, what it wrote to its console,
//! what the servers were asked.

use crate::{Browser, Miss, token::without_tokens};
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
            Err(miss) => format!("some evidence in {}: {miss}", folder.display()),
        },
        Err(miss) => format!("no evidence: {miss}"),
    };
    format!("{why}\n{requests}\n{kept}")
}

/// The folder of a test's evidence, empty.
fn folder(test: &str) -> Result<PathBuf, Miss> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("failures").join(test);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Writes everything that can still be had. One missing piece does not cost the others.
async fn keep(folder: &Path, why: &str, requests: &str, browser: &Arc<Browser>) -> Result<(), Miss> {
    fs::write(folder.join("failure.txt"), without_tokens(why))?;
    fs::write(folder.join("requests.txt"), without_tokens(requests))?;
    let console = match browser.console().await {
        Ok(lines) => lines.join("\n"),
        Err(miss) => format!("the console could not be read: {miss}"),
    };
    fs::write(folder.join("console.txt"), console)?;
    for (number, page) in browser.pages().await?.into_iter().enumerate() {
        if let Err(miss) = page.screenshot(&folder.join(format!("window-{number}.png"))).await {
            fs::write(folder.join(format!("window-{number}.txt")), format!("no screenshot: {miss}"))?;
        }
        let address = page.address().await.unwrap_or_else(|miss| miss.to_string());
        let source = page.source().await.unwrap_or_else(|miss| miss.to_string());
        let text = without_tokens(&format!("<!-- {address} -->\n{source}"));
        fs::write(folder.join(format!("window-{number}.html")), text)?;
    }
    Ok(())
}
