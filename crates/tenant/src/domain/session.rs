//! Sessions at the tenant.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    /// `sid` of ID tokens. Stays when the same customer logs in again in the same browser, so that another tab's
    /// request under way is not lost.
    pub(crate) sid: String,
    pub(crate) sub: String,
    /// When the customer last gave the password.
    pub(crate) auth_time: u64,
    pub(crate) expires: u64,
}

/// A session that the customer has called somebody else's. No access token of it is good here any more, until this moment,
/// after which there is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReportedSession {
    pub(crate) until: u64,
}

impl Session {
    /// The same, for a customer who has also authenticated at `moment`.
    pub(crate) fn authenticated(self, moment: u64) -> Self {
        Self { auth_time: self.auth_time.max(moment), ..self }
    }
}
