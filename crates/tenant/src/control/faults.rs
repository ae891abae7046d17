//! Which faults are due, and how often. Each is counted down where it happens.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::fault::{Fault, Place};

/// More would be a mistake of the test.
const MAX_TIMES: u32 = 1_000;
/// Below the time after which the tenant gives up a request by itself.
const MAX_SECONDS: u64 = 25;

/// Which token is made wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    #[default]
    IdToken,
    AccessToken,
}

/// A fault that is waiting for its next times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActiveFault {
    pub(crate) fault: Fault,
    /// How many times it still happens.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// Of faults of a token: which one.
    #[serde(default)]
    pub(crate) token: Target,
    /// Of `slow`: how long.
    #[serde(default = "a_second")]
    pub(crate) seconds: u64,
}

const fn once() -> u32 {
    1
}

const fn a_second() -> u64 {
    1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FaultError {
    #[error("`times` must be 1 to {MAX_TIMES}")]
    Times,
    #[error("`seconds` must be 1 to {MAX_SECONDS}")]
    Seconds,
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<ActiveFault>>);

impl Faults {
    pub(crate) fn add(&self, fault: ActiveFault) -> Result<(), FaultError> {
        if !(1..=MAX_TIMES).contains(&fault.times) {
            return Err(FaultError::Times);
        }
        if !(1..=MAX_SECONDS).contains(&fault.seconds) {
            return Err(FaultError::Seconds);
        }
        self.0.lock().push(fault);
        Ok(())
    }

    pub(crate) fn active(&self) -> Vec<ActiveFault> {
        self.0.lock().clone()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }

    /// One of these faults, if one is due; it has then happened once more.
    fn take(&self, is_wanted: impl Fn(&ActiveFault) -> bool) -> Option<ActiveFault> {
        let mut active = self.0.lock();
        let at = active.iter().position(is_wanted)?;
        let fault = active.get_mut(at)?;
        fault.times -= 1;
        let taken = fault.clone();
        if taken.times == 0 {
            active.remove(at);
        }
        Some(taken)
    }

    pub(crate) fn take_one(&self, fault: Fault) -> Option<ActiveFault> {
        self.take(|active| active.fault == fault)
    }

    /// The fault of this token that is due.
    pub(crate) fn take_for(&self, token: Target) -> Option<Fault> {
        self.take(|active| active.fault.place() == Place::Token && active.token == token)
            .map(|active| active.fault)
    }

    /// The fault of an authorization response that is due.
    pub(crate) fn take_for_response(&self) -> Option<Fault> {
        self.take(|active| active.fault.place() == Place::Response).map(|active| active.fault)
    }
}
