//! What the state machines of the core tell each other. What they ask of the world is [`Context::effects`].
//!
//! [`Context::effects`]: crate::flow::context::Context

use alloc::boxed::Box;

use crate::domain::AuthenticationRequirement;

/// What was learned about the log-in on the way to something else.
#[derive(Debug)]
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
