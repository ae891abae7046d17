//! What every state machine of the core may look at, whatever state it is in.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    config::Config,
    domain::{AuthenticationRequirement, Entropy, Locale, LogoutCount, Place, Timestamp},
    effect::Effect,
    flow::{idle::Idle, ids::Ids, transition::LoginEvent},
    http::{HttpRequest, RequestId},
    oidc::Provider,
    storage::StorageKey,
};

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) provider: Provider,
    pub(crate) ids: Ids,
    /// What the shell has to do, in this order, because of the event that is being looked at.
    pub(crate) effects: Vec<Effect>,
    /// What this event told about the log-in, until the account has heard it.
    pub(crate) login_event: Option<LoginEvent>,
    pub(crate) locale: Locale,
    /// When the event happened that is being looked at.
    pub(crate) now: Timestamp,
    pub(crate) log_outs: LogoutCount,
    /// How long the page has been left alone.
    pub(crate) idle: Idle,
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
    #[inline(never)]
    pub(crate) fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Sends a request; its answer has this number.
    #[inline(never)]
    pub(crate) fn fetch(&mut self, request: HttpRequest) -> RequestId {
        let id = self.ids.request();
        self.emit(Effect::Fetch(id, Box::new(request)));
        id
    }

    pub(crate) fn store(&mut self, key: StorageKey, text: String) {
        self.emit(Effect::Store(key, text));
    }

    pub(crate) fn remove(&mut self, key: StorageKey) {
        self.emit(Effect::Remove(key));
    }

    /// The bank refused the access token, and says what it needs instead.
    pub(crate) fn refuse_token(&mut self, requirement: AuthenticationRequirement) {
        self.login_event = Some(LoginEvent::TokenRefused(requirement));
    }

    /// Has the address bar follow, once the customer is somewhere else: before the browser leaves.
    pub(crate) fn show_address(&mut self, is_new_entry: bool) {
        if self.address.as_ref() != Some(&self.place) {
            self.address = Some(self.place.clone());
            self.effects.insert(0, Effect::ShowAddress { path: self.place.path(), is_new_entry });
        }
    }
}
