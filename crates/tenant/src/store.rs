//! What the tenant remembers while it runs: sessions, requests under way, codes, pushes, phones, enrolled
//! factors, failed attempts. Plain
//! data structures: the time and the random values are parameters, nothing here reads a socket or a clock.

mod codes;
mod factors;
mod failures;
mod phones;
mod pushes;
mod sessions;
mod transactions;

pub(crate) use codes::{Codes, IssuedCode};
pub(crate) use factors::{Checked, Enrolments};
pub(crate) use failures::{Allowance, Failures};
pub(crate) use phones::{Phone, Phones};
pub(crate) use pushes::{Answer, Asked, NotSent, Outcome, Push, Pushes, State as PushState, Verdict};
pub(crate) use sessions::{Session, Sessions};
pub(crate) use transactions::{Challenge, Methods, SecondFactor, Stage, Transaction, Transactions, Way};

/// All of it, behind one lock: a step that touches a session, a request and a push happens at once or not at all.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) sessions: Sessions,
    pub(crate) transactions: Transactions,
    pub(crate) codes: Codes,
    pub(crate) pushes: Pushes,
    pub(crate) phones: Phones,
    /// Authenticator apps and recovery codes.
    pub(crate) enrolments: Enrolments,
    /// By e-mail address.
    pub(crate) failures: Failures,
    /// By peer: somebody who tries one password with everybody.
    pub(crate) failures_of_peers: Failures,
}
