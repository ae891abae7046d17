//! How a test says that it did not see what it should have seen.
//!
//! Helpers return a [`Miss`]; a test returns a [`Failure`], which adds the line of the test where the `?` stands.

use std::{fmt, panic::Location};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};

/// What was looked for and not found, in words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct Miss {
    what: String,
    passing: bool,
}

impl Miss {
    /// Something that may be different a moment later: [`crate::eventually`] looks again.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), passing: true }
    }

    /// Something that waiting does not mend.
    pub fn last(what: impl Into<String>) -> Self {
        Self { what: what.into(), passing: false }
    }

    /// Is it worth looking again?
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.passing
    }

    /// A command that changes nothing failed: the page may have been between two documents.
    pub(crate) fn while_looking(error: &WebDriverError) -> Self {
        let over = matches!(
            **error,
            WebDriverErrorInner::InvalidSessionId(_) | WebDriverErrorInner::RequestFailed(_)
        );
        Self { what: one_line(error), passing: !over }
    }
}

impl From<WebDriverError> for Miss {
    /// A command that acts failed. It is repeated only where the browser says that it did nothing.
    fn from(error: WebDriverError) -> Self {
        let passing = matches!(
            *error,
            WebDriverErrorInner::StaleElementReference(_)
                | WebDriverErrorInner::ElementClickIntercepted(_)
                | WebDriverErrorInner::ElementNotInteractable(_)
                | WebDriverErrorInner::NoSuchElement(_)
        );
        Self { what: one_line(&error), passing }
    }
}

/// What happened, and the browser's own words for it; `ChromeDriver` adds a stack trace to each message.
fn one_line(error: &WebDriverError) -> String {
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let what = lines.next().unwrap_or("the browser gave no reason");
    let reason = lines.skip_while(|line| *line != "Additional info:").nth(1);
    reason.map_or_else(|| what.to_owned(), |reason| format!("{what} {reason}"))
}

/// A failed test: what was missed, and on which line of the test.
pub struct Failure {
    what: String,
    at: &'static Location<'static>,
}

impl<E: Into<Miss>> From<E> for Failure {
    #[track_caller]
    fn from(miss: E) -> Self {
        Self { what: miss.into().to_string(), at: Location::caller() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl From<std::io::Error> for Miss {
    fn from(error: std::io::Error) -> Self {
        Self::last(error.to_string())
    }
}

impl From<reqwest::Error> for Miss {
    fn from(error: reqwest::Error) -> Self {
        Self::last(error.without_url().to_string())
    }
}
