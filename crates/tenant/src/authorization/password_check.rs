//! E-mail and password, as the log-in page and the phone's pairing page send them.

use std::sync::Arc;

use http_server::Peer;

use crate::credentials::passwords;
use crate::domain::{Customer, LogInError, Parameters};
use crate::log::{Event, events};
use crate::state::AppState;
use crate::store::AttemptLimit;

/// The customer whom the form's `email` and `password` prove. `peer` is where the form came from, where that is known.
pub(crate) async fn check_password(
    state: &AppState,
    form: &Parameters,
    peer: Option<Peer>,
) -> Result<Arc<Customer>, LogInError> {
    let (Some(email), Some(password)) = (form.get("email"), form.get("password")) else {
        return Err(LogInError::Incomplete);
    };
    let email = passwords::normalize_email(email);
    let peer = peer.map(|peer| peer.to_string());
    admit(state, &email, peer.as_deref())?;
    let customer = state.directory.check(&email, password.to_owned()).await.ok_or(LogInError::Wrong)?;
    let mut store = state.store();
    store.failed_log_ins.forget(&email);
    // Whoever knows one password must not get any number of guesses at the others by it.
    if let Some(peer) = &peer {
        store.failed_log_ins_of_peers.undo_attempt(peer);
    }
    Ok(customer)
}

/// Counts an attempt, if there may be one more.
fn admit(state: &AppState, email: &str, peer: Option<&str>) -> Result<(), LogInError> {
    let (now, window) = (state.now(), state.limits.password_window);
    let mut store = state.store();
    if let Some(peer) = peer {
        let allowed = AttemptLimit { attempts: state.limits.wrong_passwords_of_peer, window };
        let admitted = store.failed_log_ins_of_peers.admit(peer, allowed, now);
        admitted.map_err(|later| LogInError::TooManyOfPeer { wait: later.wait })?;
    }
    let allowed = AttemptLimit { attempts: state.limits.wrong_passwords, window };
    store.failed_log_ins.admit(email, allowed, now).map_err(|later| {
        // No password was looked at.
        if let Some(peer) = peer {
            store.failed_log_ins_of_peers.undo_attempt(peer);
        }
        LogInError::TooMany { wait: later.wait }
    })
}

pub(crate) fn password_event(
    state: &AppState,
    form: &Parameters,
    result: &Result<Arc<Customer>, LogInError>,
) -> Event {
    let email = passwords::normalize_email(form.get("email").unwrap_or_default());
    events::password(form, state.directory.knows(&email), result)
}
