//! `wait=SECONDS`: a call that is answered when there is something to tell, so that tests need not ask again and again.

use std::time::Duration;

use super::error::ControlError;
use crate::domain::Parameters;

/// Longer than a test waits; a call that waits for ever would hide a mistake.
pub(in crate::endpoints) const MAX_WAIT: Duration = Duration::from_mins(1);

/// How long the call may take. Without `wait` it is answered at once.
pub(super) fn wait_of(query: &Parameters) -> Result<Duration, ControlError> {
    let Some(text) = query.get("wait") else { return Ok(Duration::ZERO) };
    let wait = text.parse().ok().map(Duration::from_secs).filter(|wait| *wait <= MAX_WAIT);
    wait.ok_or_else(|| {
        let most = MAX_WAIT.as_secs();
        ControlError::invalid(format!("`wait` is {text:?}; it must be whole seconds, 0 to {most}"))
    })
}
