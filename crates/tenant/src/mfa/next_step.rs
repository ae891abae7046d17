//! What follows a step of a second factor.

use std::sync::Arc;

use crate::domain::{Customer, ErrorCode, Factor, Session};
use crate::store::Authorization;

/// Decided under the store's lock, and carried out without it.
pub(crate) enum NextStep {
    /// The browser goes to this page of the tenant.
    Page(&'static str),
    /// The browser goes back to the client with an error.
    Refuse { authorization: Authorization, error: ErrorCode, description: String },
    /// The browser goes back to the client with what it asked for. `auth_time` of the session is when the second factor
    /// was given: it is an authentication too, and the last (OIDC Core 2).
    Grant { authorization: Authorization, customer: Arc<Customer>, session: Session, factor: Factor },
}

impl NextStep {
    pub(super) fn refuse(
        authorization: &Authorization,
        error: ErrorCode,
        description: impl Into<String>,
    ) -> Self {
        Self::Refuse { authorization: authorization.clone(), error, description: description.into() }
    }
}
