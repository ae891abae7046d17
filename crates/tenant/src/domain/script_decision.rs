//! What the scripts have decided about a request.

use std::sync::Arc;

use actions::{Decisions, Script};

use super::challenge::Challenge;

#[derive(Debug, Clone, Default)]
pub(crate) struct ScriptDecision {
    pub(crate) decisions: Decisions,
    pub(crate) pending: Option<PendingScripts>,
    /// The second factor that the customer was asked for because of it: what it shows may be granted.
    pub(crate) challenge: Option<Challenge>,
}

/// Scripts that wait. They are kept as they were read: a run that began with one text does not go on with another.
#[derive(Debug, Clone)]
pub(crate) struct PendingScripts {
    pub(crate) scripts: Arc<[Script]>,
    pub(crate) next: usize,
}
