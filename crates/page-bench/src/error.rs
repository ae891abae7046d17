//! Errors of a measurement.

use aws_lc_rs::error::Unspecified;
use client_hosting::PageError;
use std::io;
use std::path::PathBuf;
use thirtyfour::error::WebDriverError;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A client cannot be read.
    #[error("{} cannot be read", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A page without the configuration block.
    #[error("{} is not a client's page", path.display())]
    Page { path: PathBuf, source: PageError },
    /// A server cannot listen, or ChromeDriver does not start.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No key, no randomness or no signature.
    #[error("the library for cryptography refused")]
    Crypto(#[from] Unspecified),
    /// The browser refused a command.
    #[error("the browser refused a command")]
    WebDriver(#[from] WebDriverError),
    /// The probe's answer is not what it should be.
    #[error("the page gave no measurements")]
    Probe(#[from] serde_json::Error),
    /// A client did not come so far.
    #[error("{client}: waited in vain for {what}; the page says: {page}")]
    Timeout { client: &'static str, what: &'static str, page: String },
    /// A page came too early.
    #[error("the network was not slowed down: a page was there after {0:.0} ms")]
    NotThrottled(f64),
}
