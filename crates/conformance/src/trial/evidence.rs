//! What is told about a page: what it shows, where it is, what it wrote. Without tokens.

use std::fmt::Write as _;

use fs_err as fs;

use super::Trial;
use crate::player::without_response;
use crate::webdriver::Browser;

/// The beginning of every JWT.
const JWT: &str = "eyJ";
/// Of a page's text.
const MAX_TEXT: usize = 300;
const MAX_LINES: usize = 12;
const PICTURE: &str = "conformance.png";

/// The page in a line: its address and what it shows.
pub(super) async fn page(browser: &Browser) -> String {
    let address = browser.address().await.unwrap_or_default();
    let text = browser.text().await.unwrap_or_default();
    format!("{}: {}", without_response(&address), shown(&text))
}

/// Everything that helps to find out why the client does not get to the end.
pub(super) async fn collect(browser: &Browser, trial: &Trial<'_>, why: &str) -> String {
    let mut told = format!("{why}\n  page: {}", page(browser).await);
    let console = browser.console().await;
    let requests = trial.control().access_log().await;
    for (name, lines) in [("console", &console), ("request", &requests)] {
        for line in lines.iter().rev().take(MAX_LINES).rev() {
            let _ = write!(told, "\n  {name}: {}", shown(line));
        }
    }
    let picture = trial.options.evidence.join(PICTURE);
    let saved = match browser.screenshot().await {
        Ok(bytes) => fs::create_dir_all(&trial.options.evidence).and_then(|()| fs::write(&picture, bytes)),
        Err(error) => Err(std::io::Error::other(error.to_string())),
    };
    let _ = match saved {
        Ok(()) => write!(told, "\n  picture: {}", picture.display()),
        Err(error) => write!(told, "\n  picture: none ({error})"),
    };
    told
}

/// On one line, not too long, tokens taken out.
fn shown(text: &str) -> String {
    let words = text.split_whitespace().map(|word| match word.find(JWT) {
        Some(at) => format!("{}{JWT}…", word.get(..at).unwrap_or_default()),
        None => word.to_owned(),
    });
    let line: Vec<String> = words.collect();
    line.join(" ").chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn tokens_are_not_shown() {
        let line = shown("a token:\n  /#id_token=eyJhbGciOiJub25lIn0.e30. eyJx.y.z end");
        assert_eq!(line, "a token: /#id_token=eyJ… eyJ… end");
    }
}
