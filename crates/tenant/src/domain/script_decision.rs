//! What the scripts have decided about a request.

use std::sync::Arc;

use actions::{Decisions, Script};
use serde_json::Value;

use super::challenge::Challenge;

#[derive(Debug, Clone, Default)]
pub(crate) struct ScriptDecision {
    pub(crate) decisions: Decisions,
    pub(crate) pending: Option<PendingScripts>,
    /// Where a script sends the browser before the others run.
    pub(crate) redirect: Option<String>,
    /// The second factor that the customer was asked for because of it: what it shows may be granted.
    pub(crate) challenge: Option<Challenge>,
}

/// Scripts that wait. They are kept as they were read: a run that began with one text does not go on with another.
#[derive(Debug, Clone)]
pub(crate) struct PendingScripts {
    pub(crate) scripts: Arc<[Script]>,
    pub(crate) next: usize,
    /// They wait for the browser to come back, and not for a second factor.
    pub(crate) continues: bool,
}

/// What scripts are told when they run, besides their secrets.
#[derive(Debug, Clone)]
pub(crate) struct ScriptInput {
    /// Milliseconds since 1970.
    pub(crate) clock: u64,
    pub(crate) document: Value,
    /// The first script to run; what those before it decided, and the factors given since.
    pub(crate) next: usize,
    pub(crate) before: Decisions,
    pub(crate) given: Vec<String>,
    /// The browser has come back from where a script has sent it.
    pub(crate) continues: bool,
}
