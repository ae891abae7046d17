//! What runs, and how far.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// An Action of the post-login trigger: exports `onExecutePostLogin`.
    #[default]
    PostLogin,
    /// A Rule: one function expression of `user`, `context` and `callback`.
    Rule,
}

/// One script. Its secrets are shown nowhere, not even in `Debug`.
#[derive(Clone, Default)]
pub struct Script {
    /// What people call it; stands in traces.
    pub name: String,
    pub kind: Kind,
    /// The developer's own text.
    pub code: String,
    /// `event.secrets` of an Action, `configuration` of a Rule. What is printed or thrown has them blotted out.
    pub secrets: BTreeMap<String, String>,
}

impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.secrets.keys().collect();
        formatter
            .debug_struct("Script")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("secrets", &names)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For all scripts of one run together, on the wall's clock.
    pub time: Duration,
    /// What one script may hold at once, in bytes.
    pub memory: usize,
    /// How deep one script may call, in bytes of its stack.
    pub stack: usize,
    /// What one script may print, in bytes; the rest is counted and dropped.
    pub console: usize,
    /// Custom claims of one token, in bytes of JSON, as at Auth0.
    pub claims: usize,
    /// Changes to one kind of metadata, in bytes of JSON.
    pub metadata: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(3),
            memory: 32 << 20,
            stack: 512 << 10,
            console: 64 << 10,
            claims: 100 << 10,
            metadata: 64 << 10,
        }
    }
}
