//! What a session needs of its surroundings at every step.

use crate::{
    config::Config,
    domain::{locale::Locale, logout_count::LogoutCount, time::Timestamp},
    flow::{ids::Ids, preflight::Preflight},
    oidc::provider::Provider,
};

/// What everything that has to do with the provider may look at.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) provider: &'a mut Provider,
    pub(crate) ids: &'a mut Ids,
    pub(crate) now: Timestamp,
}

/// The surroundings.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) provider: Provider,
    pub(crate) ids: Ids,
    pub(crate) locale: Locale,
    /// How often somebody has logged out in this browser.
    pub(crate) log_outs: LogoutCount,
    /// May a transfer be sent with `Idempotency-Key`?
    pub(crate) preflight: Preflight,
    /// Does the browser say that it has no network?
    pub(crate) offline: bool,
}

impl World {
    /// What everything that has to do with the provider may look at.
    pub(crate) fn outside(&mut self, now: Timestamp) -> Context<'_> {
        let Self { config, provider, ids, .. } = self;
        Context { config, provider, ids, now }
    }
}
