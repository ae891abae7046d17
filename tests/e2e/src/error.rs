//! How a test says that it did not see what it should have seen.
//!
//! Helpers return a [`TestError`]; a test returns a [`TestFailure`], which adds the line of the test where the `?` stands.

use std::{fmt, panic::Location};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};

/// What was looked for and not found, in words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct TestError {
    what: String,
    is_transient: bool,
}

impl TestError {
    /// Something that may be different a moment later: [`crate::eventually`] looks again.
    pub fn transient(what: impl Into<String>) -> Self {
        Self { what: what.into(), is_transient: true }
    }

    /// Something that waiting does not mend.
    pub fn permanent(what: impl Into<String>) -> Self {
        Self { what: what.into(), is_transient: false }
    }

    /// Is it worth looking again?
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// A command that changes nothing failed: the page may have been between two documents.
    pub(crate) fn while_reading(error: &WebDriverError) -> Self {
        let over = matches!(
            **error,
            WebDriverErrorInner::InvalidSessionId(_) | WebDriverErrorInner::RequestFailed(_)
        );
        Self { what: one_line(error), is_transient: !over }
    }
}

impl From<WebDriverError> for TestError {
    /// A command that acts failed. It is repeated only where the browser says that it did nothing.
    fn from(error: WebDriverError) -> Self {
        let is_transient = matches!(
            *error,
            WebDriverErrorInner::StaleElementReference(_)
                | WebDriverErrorInner::ElementClickIntercepted(_)
                | WebDriverErrorInner::ElementNotInteractable(_)
                | WebDriverErrorInner::NoSuchElement(_)
        );
        Self { what: one_line(&error), is_transient }
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
pub struct TestFailure {
    what: String,
    at: &'static Location<'static>,
}

impl<E: Into<TestError>> From<E> for TestFailure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self { what: error.into().to_string(), at: Location::caller() }
    }
}

impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl From<std::io::Error> for TestError {
    fn from(error: std::io::Error) -> Self {
        Self::permanent(error.to_string())
    }
}

impl From<reqwest::Error> for TestError {
    fn from(error: reqwest::Error) -> Self {
        Self::permanent(error.without_url().to_string())
    }
}

/// An error, and those behind it.
pub(crate) fn with_causes(error: impl std::error::Error) -> TestError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    TestError::permanent(text)
}
