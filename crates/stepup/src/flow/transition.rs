//! What every state machine of the core answers with.

use alloc::{boxed::Box, vec::Vec};

use crate::{domain::AuthenticationRequirement, effect::Effect};

/// The next state, and what the shell has to do, in this order.
pub(crate) struct Transition<S> {
    pub(crate) state: S,
    pub(crate) effects: Vec<Effect>,
    /// What was learned about the log-in.
    pub(crate) login_event: Option<Box<LoginEvent>>,
}

/// What a transfer or the statements learned about the log-in.
pub(crate) enum LoginEvent {
    /// The bank refused the access token: the session is over, and the next log-in has to meet this.
    TokenRefused(AuthenticationRequirement),
    /// The stored ID token was verified again; it tells of a second factor, or it does not.
    SecondFactorChecked(bool),
}

/// Something that takes several events, or what came of it.
pub(crate) enum Progress<P, T> {
    Pending(Box<P>),
    Done(T),
}

impl<S> Transition<S> {
    pub(crate) fn new(state: S, effects: Vec<Effect>) -> Self {
        Self { state, effects, login_event: None }
    }

    pub(crate) fn to(state: S) -> Self {
        Self::new(state, Vec::new())
    }

    /// With one thing more to do at the end, if it is one.
    pub(crate) fn then(mut self, effect: impl Into<Option<Effect>>) -> Self {
        self.effects.extend(effect.into());
        self
    }

    /// With more to do at the beginning.
    pub(crate) fn after(mut self, mut effects: Vec<Effect>) -> Self {
        effects.append(&mut self.effects);
        Self { effects, ..self }
    }

    pub(crate) fn with(self, event: LoginEvent) -> Self {
        Self { login_event: Some(Box::new(event)), ..self }
    }

    pub(crate) fn map<T>(self, state: impl FnOnce(S) -> T) -> Transition<T> {
        Transition { state: state(self.state), effects: self.effects, login_event: self.login_event }
    }
}
