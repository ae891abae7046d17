//! What every state machine of the core may look at, whatever state it is in.

use crate::{
    config::Config,
    domain::{Entropy, Locale, LogoutCount, Place, Timestamp},
    effect::Effect,
    flow::{idle::Idle, ids::Ids, preflight::Preflight},
    oidc::Provider,
};

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) provider: Provider,
    pub(crate) ids: Ids,
    pub(crate) locale: Locale,
    /// When the event happened that is being looked at.
    pub(crate) now: Timestamp,
    pub(crate) log_outs: LogoutCount,
    /// How long the page has been left alone.
    pub(crate) idle: Idle,
    /// May a transfer be sent with `Idempotency-Key`?
    pub(crate) preflight: Preflight,
    /// Does the browser say that it has no network?
    pub(crate) offline: bool,
    /// Where the customer is.
    pub(crate) place: Place,
    /// What the address bar has, when it is a place.
    pub(crate) address: Option<Place>,
    /// For the first page that needs it to lead to the provider.
    pub(crate) entropy: Option<Entropy>,
}

impl Context {
    /// Has the address bar follow, once the customer is somewhere else.
    pub(crate) fn show_address(&mut self, is_new_entry: bool) -> Option<Effect> {
        if self.address.as_ref() == Some(&self.place) {
            return None;
        }
        self.address = Some(self.place.clone());
        Some(Effect::ShowAddress { path: self.place.path(), is_new_entry })
    }
}
