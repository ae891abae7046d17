//! E-mail and password, as the log-in page and the phone's pairing page send them.

use std::sync::Arc;

use axum::http::StatusCode;
use http_server::Peer;

use crate::config::Customer;
use crate::http::Parameters;
use crate::passwords;
use crate::state::State;
use crate::store::Allowance;

/// Why somebody is not let in. The sentences say nothing about whether there is such a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogInError {
    #[error("Enter your email and your password.")]
    Incomplete,
    #[error("This email and this password do not belong together.")]
    Wrong,
    /// Told only to who has given this customer's password.
    #[error(
        "The application wants somebody else to log in. Log in as the person who was here before, or cancel."
    )]
    SomebodyElse,
    #[error("Too many attempts with this email. Try again in {} min.", wait.div_ceil(60))]
    TooMany {
        /// In seconds.
        wait: u64,
    },
    #[error("Too many wrong passwords came from your network. Try again in {} min.", wait.div_ceil(60))]
    TooManyOfPeer {
        /// In seconds.
        wait: u64,
    },
}

impl LogInError {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooMany { .. } | Self::TooManyOfPeer { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Incomplete | Self::Wrong | Self::SomebodyElse => StatusCode::BAD_REQUEST,
        }
    }

    /// After how many seconds it makes sense to try again (RFC 9110, 10.2.3).
    pub(crate) const fn retry_after(self) -> Option<u64> {
        match self {
            Self::TooMany { wait } | Self::TooManyOfPeer { wait } => Some(wait),
            Self::Incomplete | Self::Wrong | Self::SomebodyElse => None,
        }
    }
}

/// The customer whom the form's `email` and `password` prove. `peer` is where the form came from, where that is known.
pub(super) async fn check(
    state: &State,
    form: &Parameters,
    peer: Option<Peer>,
) -> Result<Arc<Customer>, LogInError> {
    let (Some(email), Some(password)) = (form.get("email"), form.get("password")) else {
        return Err(LogInError::Incomplete);
    };
    let email = passwords::normal(email);
    let peer = peer.map(|peer| peer.to_string());
    admit(state, &email, peer.as_deref())?;
    let customer = state.directory.check(&email, password.to_owned()).await.ok_or(LogInError::Wrong)?;
    let mut store = state.store();
    store.failures.forget(&email);
    // Whoever knows one password must not get any number of guesses at the others by it.
    if let Some(peer) = &peer {
        store.failures_of_peers.take_back(peer);
    }
    Ok(customer)
}

/// Counts an attempt, if there may be one more.
fn admit(state: &State, email: &str, peer: Option<&str>) -> Result<(), LogInError> {
    let (now, window) = (state.now(), state.limits.password_window);
    let mut store = state.store();
    if let Some(peer) = peer {
        let allowed = Allowance { attempts: state.limits.wrong_passwords_of_peer, window };
        let admitted = store.failures_of_peers.admit(peer, allowed, now);
        admitted.map_err(|later| LogInError::TooManyOfPeer { wait: later.wait })?;
    }
    let allowed = Allowance { attempts: state.limits.wrong_passwords, window };
    store.failures.admit(email, allowed, now).map_err(|later| {
        // No password was looked at.
        if let Some(peer) = peer {
            store.failures_of_peers.take_back(peer);
        }
        LogInError::TooMany { wait: later.wait }
    })
}
