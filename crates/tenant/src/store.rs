//! What the tenant remembers while it runs: sessions, requests under way, codes, pushes, phones, failed attempts. Plain
//! data structures: the time and the random values are parameters, nothing here reads a socket or a clock. What is in a
//! [`Table`](crate::durable::Table) survives a restart.

mod codes;
mod failures;
mod phones;
mod pushes;
mod sessions;
mod transactions;

pub(crate) use codes::{Codes, IssuedCode};
pub(crate) use failures::{Allowance, Failures};
pub(crate) use phones::{Phone, Phones};
pub(crate) use pushes::{Answer, Asked, Outcome, Push, Pushes, State as PushState, Verdict};
pub(crate) use sessions::{Session, Sessions};
pub(crate) use transactions::{Stage, Transaction, Transactions};

use crate::durable::{DurableError, Journal, Loaded};

/// All of it, behind one lock: a step that touches a session, a request and a push happens at once or not at all.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) sessions: Sessions,
    pub(crate) transactions: Transactions,
    pub(crate) codes: Codes,
    pub(crate) pushes: Pushes,
    pub(crate) phones: Phones,
    /// By e-mail address.
    pub(crate) failures: Failures,
    /// By peer: somebody who tries one password with everybody.
    pub(crate) failures_of_peers: Failures,
}

impl Store {
    /// What survived the last restart, and nothing else.
    pub(crate) fn load(mut loaded: Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Ok(Self {
            sessions: Sessions::load(&mut loaded, journal)?,
            phones: Phones::load(&mut loaded, journal)?,
            ..Self::default()
        })
    }
}
