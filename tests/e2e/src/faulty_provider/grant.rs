//! What was asked for.

use serde_json::Value;

/// The scope that costs a second factor. This provider says that there was one.
const STEP_UP: &str = "transfer:funds";

/// A request that was granted.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    /// In the order of the request.
    pub(super) scopes: Vec<String>,
    /// OIDC Core 3.2.2.1 requires it of the implicit flow; a code goes without.
    pub(super) nonce: Option<String>,
    /// The transfer that was asked for, when there was one (RFC 9396).
    pub(super) details: Option<Value>,
}

impl Grant {
    /// Does it hold what only a second factor gives?
    pub(super) fn is_step_up(&self) -> bool {
        self.scopes.iter().any(|scope| scope == STEP_UP)
    }
}
