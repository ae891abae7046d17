//! One thing that is wrong in a file.

use std::ops::Range;

/// A part of the file, in bytes.
pub(super) type Span = Range<usize>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Span,
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Problem {
    pub(super) fn new(span: Span, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { span, what: what.into(), remedy: remedy.into() }
    }
}
