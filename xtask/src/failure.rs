//! What goes wrong, and what a person can do about it.

use std::{fmt, io};

#[derive(Debug)]
pub(crate) struct Failure {
    /// What failed, in a sentence.
    pub(crate) what: String,
    /// What to do now; empty when `what` or the output above says it.
    pub(crate) advice: String,
}

pub(crate) type Result<T = (), E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }

    /// A failure that lists these problems, where there are any.
    pub(crate) fn of_problems(problems: &[String], advice: impl Into<String>) -> Result {
        if problems.is_empty() { Ok(()) } else { Err(Self::new(problems.join("\n"), advice)) }
    }
}

/// `fs_err` names the file in its errors.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string(), "")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, "\n  what to do: {}", self.advice) }
    }
}
