//! A sentence for customers, by its id in the catalogue of messages.

use alloc::{string::String, vec::Vec};

/// Which message, and what stands in it. The catalogue (`messages/`) has the words; the shell puts both together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: &'static str,
    /// Values by name. One called `count` chooses the plural form.
    pub arguments: Vec<(&'static str, String)>,
}

impl Message {
    /// A message that says the same always.
    pub(crate) fn new(id: &'static str) -> Self {
        Self::with(id, [])
    }

    pub(crate) fn with<const N: usize>(id: &'static str, arguments: [(&'static str, String); N]) -> Self {
        Self { id, arguments: Vec::from(arguments) }
    }
}
