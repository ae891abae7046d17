//! What the tenant does wrong because a test wants to see what its client does then. Each is counted down, and written down
//! where it happens.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// More would be a mistake of the test.
const MAX_TIMES: u32 = 1_000;
/// Below the time after which the tenant gives up a request by itself.
const MAX_SECONDS: u64 = 25;

/// One thing that goes wrong. Where the OpenID Foundation's tests for relying parties have a name for it, it is that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// Every request is answered with 503.
    Outage,
    /// Every answer takes longer.
    Slow,
    /// `iss` is another issuer.
    InvalidIss,
    /// `aud` is somebody else.
    InvalidAud,
    /// `sub` is another customer.
    OtherSub,
    /// The ID token's `nonce` is not the request's.
    NonceInvalid,
    /// The ID token's `at_hash` is that of another access token.
    InvalidAtHash,
    MissingSub,
    MissingNonce,
    /// It has been expired for an hour.
    Expired,
    /// It does not tell of a second factor: no `amr`, no `acr`.
    NoSecondFactor,
    /// One bit of the signature is changed.
    InvalidSigRs256,
    /// Another key signs, under the name of the published one.
    ForeignKey,
    /// Another key signs, under a name of its own that is not published.
    UnknownKey,
    /// `alg` is `none`, and there is no signature.
    IdTokenSigNone,
    /// The scopes that take a second factor are not granted, and the answer says so.
    LessScope,
    /// The access token is for another payment than the one that was confirmed.
    OtherDetails,
}

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
        self.take(|active| active.fault.is_of_tokens() && active.token == token).map(|active| active.fault)
    }
}

impl Fault {
    const fn is_of_tokens(self) -> bool {
        !matches!(self, Self::Outage | Self::Slow | Self::LessScope | Self::OtherDetails)
    }

    /// As it is asked for.
    pub(crate) fn name(self) -> String {
        json!(self).as_str().unwrap_or_default().to_owned()
    }

    /// Makes the claims of a token wrong.
    pub(crate) fn spoil(self, claims: &mut Map<String, Value>, now: u64) {
        let (name, value) = match self {
            Self::InvalidIss => ("iss", json!("https://another-issuer.example/")),
            Self::InvalidAud => ("aud", json!("somebody-else")),
            Self::OtherSub => ("sub", json!("auth0|another-customer")),
            Self::NonceInvalid => ("nonce", json!("not-the-nonce-of-the-request")),
            Self::InvalidAtHash => ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
            Self::Expired => ("exp", json!(now.saturating_sub(3_600))),
            Self::MissingSub => ("sub", Value::Null),
            Self::MissingNonce => ("nonce", Value::Null),
            Self::NoSecondFactor => {
                claims.remove("acr");
                ("amr", Value::Null)
            }
            _ => return,
        };
        claims.remove(name);
        if !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    }
}
