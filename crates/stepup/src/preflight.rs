//! Does the API let a page of another origin send `Idempotency-Key`?
//!
//! A browser asks by a preflight (Fetch 4.8) and does not send a request that is refused there. To the page that looks like
//! a broken connection, after which nobody would know what became of a transfer. So it is found out before: `GET /transfer`
//! has the same preflight, moves no money and carries no token. Where it fails with the header and is answered without, the
//! transfer is sent without. Where both fail nothing is known, and the header, which protects the customer, is sent.

use crate::{
    api,
    config::Config,
    effect::{Effect, RequestId},
    event::{Answer, NetworkError},
    ids::Ids,
};

/// What is known of it.
#[derive(Debug)]
pub(crate) enum Preflight {
    /// Nothing: it is found out when a transfer is about to be confirmed.
    Unknown,
    /// A request with the header is on its way.
    WithKey(RequestId),
    /// That one failed, and one without the header is on its way.
    WithoutKey(RequestId),
    /// Is the header refused?
    Settled(bool),
}

impl Preflight {
    /// As far as it is known without asking: a page may send everything to its own origin.
    pub(crate) fn new(config: &Config) -> Self {
        match config.idempotency_key {
            Some(sent) => Self::Settled(!sent),
            None if config.api.has_origin_of(&config.home) => Self::Settled(false),
            None => Self::Unknown,
        }
    }

    /// Finds it out, if that has not begun.
    pub(crate) fn begin(&mut self, config: &Config, ids: &mut Ids) -> Option<Effect> {
        matches!(self, Self::Unknown).then(|| {
            let id = ids.request();
            *self = Self::WithKey(id);
            Effect::Fetch(id, api::preflight(config, true))
        })
    }

    /// Is the answer on its way?
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self, Self::WithKey(_) | Self::WithoutKey(_))
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        matches!(self, Self::WithKey(awaited) | Self::WithoutKey(awaited) if *awaited == id)
    }

    /// An answer of any status came through, or none did.
    pub(crate) fn answered(
        &mut self,
        outcome: &Result<Answer, NetworkError>,
        config: &Config,
        ids: &mut Ids,
    ) -> Option<Effect> {
        match (&self, outcome) {
            (Self::WithKey(_), Err(NetworkError::Unreachable(_))) => {
                let id = ids.request();
                *self = Self::WithoutKey(id);
                Some(Effect::Fetch(id, api::preflight(config, false)))
            }
            (Self::WithoutKey(_), Ok(_)) => {
                *self = Self::Settled(true);
                None
            }
            _ => {
                *self = Self::Settled(false);
                None
            }
        }
    }

    /// Is a transfer sent without the header?
    pub(crate) fn refuses_key(&self) -> bool {
        matches!(self, Self::Settled(true))
    }
}
