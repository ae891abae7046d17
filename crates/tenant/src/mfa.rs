//! The second factor of a transaction: challenged, answered with one authenticator or another, and passed; and the
//! enrollment of factors. Each step is made under the store's lock, so that two clicks or two tabs never both make it.
//!
//! A new kind of factor is a [`Factor`](crate::domain::Factor) and an [`Authenticator`](crate::store::Authenticator); the
//! compiler then names most places that have to know it, and CONTRIBUTING.md the others.

mod announcer;
mod authenticators;
mod codes;
mod completion;
mod context;
pub(crate) mod enrollment;
mod next_step;
mod push;
mod second_factor;

pub(crate) use announcer::start as announce_pushes;
pub(crate) use authenticators::{AuthenticatorChoices, choices, manage, set_up_first_app, switch};
pub(crate) use codes::{CodeError, answer_code, prove};
pub(crate) use enrollment::{EnrollmentAction, EnrollmentOverview};
pub(crate) use next_step::NextStep;
pub(crate) use push::{answer, approve_here, is_waiting};
pub(crate) use second_factor::{MfaStatus, MfaTransaction, OfferedAuthenticator, start, status};
