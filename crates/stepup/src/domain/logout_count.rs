//! How often somebody has logged out in this browser.

use alloc::{string::String, string::ToString};
use serde::Serialize;

use crate::json::Object;

/// How often somebody has logged out in this browser: all its tabs share the count. What began under another count is
/// over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct LogoutCount(i64);

impl LogoutCount {
    /// From the storage; what is no number was written by somebody else, and differs from every count that was kept.
    pub(crate) fn read(text: Option<&str>) -> Self {
        text.map_or(Self(0), |text| Self(text.parse().unwrap_or(-1)))
    }

    /// From what was kept under this count.
    pub(crate) fn of(object: &Object) -> Option<Self> {
        object.integer("log_outs").map(Self)
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    pub(crate) fn to_text(self) -> String {
        self.0.to_string()
    }
}
