//! E-mail and password, as the log-in page and the phone's pairing page send them.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::config::Customer;
use crate::http::Parameters;
use crate::passwords;
use crate::state::State;

/// Why somebody is not let in. The sentences say nothing about whether there is such a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogInError {
    #[error("Enter your email and your password.")]
    Incomplete,
    #[error("This email and this password do not belong together.")]
    Wrong,
    #[error("Too many attempts with this email. Try again in {minutes} min.")]
    TooMany { minutes: u64 },
}

impl LogInError {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Incomplete | Self::Wrong => StatusCode::BAD_REQUEST,
        }
    }
}

/// The customer whom the form's `email` and `password` prove.
pub(super) async fn check(state: &State, form: &Parameters) -> Result<Arc<Customer>, LogInError> {
    let (Some(email), Some(password)) = (form.get("email"), form.get("password")) else {
        return Err(LogInError::Incomplete);
    };
    let email = passwords::normal(email);
    let admitted = state.store().failures.admit(&email, &state.limits, state.now());
    admitted.map_err(|later| LogInError::TooMany { minutes: later.wait.div_ceil(60) })?;
    let customer = state.directory.check(&email, password.to_owned()).await.ok_or(LogInError::Wrong)?;
    state.store().failures.forget(&email);
    Ok(customer)
}
