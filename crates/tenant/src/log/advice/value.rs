//! Advice, as it is kept with an event.

use serde::{Deserialize, Serialize};

use super::spec::Spec;
use super::uri::Comparison;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Advice {
    pub(crate) why: String,
    pub(crate) right: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spec: Option<Spec>,
    /// The address that was sent, beside each that is registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) comparisons: Vec<Comparison>,
}

impl Advice {
    pub(super) fn new(
        why: impl Into<String>,
        right: impl Into<String>,
        spec: impl Into<Option<Spec>>,
    ) -> Self {
        Self { why: why.into(), right: right.into(), spec: spec.into(), comparisons: Vec::new() }
    }
}
