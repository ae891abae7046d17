//! What the tenant remembers while it runs: sessions, requests under way, codes, refresh tokens, pushes, phones, enrolled factors, failed
//! attempts, what scripts write down. Plain data structures: the time and the random values are parameters, nothing here
//! reads a socket or a clock. What is in a [`Table`](crate::persistence::Table) survives a restart.

mod codes;
mod customer_records;
mod enrollments;
mod failed_log_ins;
mod phones;
mod pushes;
mod refresh_tokens;
mod sessions;
mod transactions;

pub(crate) use codes::{Codes, IssuedCode};
pub(crate) use customer_records::CustomerRecords;
pub(crate) use enrollments::{CodeCheck, Enrollments};
pub(crate) use failed_log_ins::{AttemptLimit, FailedLogIns};
pub(crate) use phones::{Phone, Phones};
pub(crate) use pushes::{NotSent, Push, PushAnswer, PushOutcome, PushState, Pushes};
pub(crate) use refresh_tokens::{
    FamilyEnd, RefreshTokenError, RefreshTokenFamily, RefreshTokenGrant, RefreshTokens,
};
pub(crate) use sessions::{NewSession, Sessions};
pub(crate) use transactions::{
    Authenticator, Authorization, Enrollment, EnrollmentNotice, Redirected, SecondFactor, Stage, Transaction,
    TransactionRef, Transactions,
};

use crate::domain::{Factor, Factors};
use crate::persistence::{DurableError, Journal, Loaded};

/// All of it, behind one lock: a step that touches a session, a request and a push happens at once or not at all.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) sessions: Sessions,
    pub(crate) transactions: Transactions,
    pub(crate) codes: Codes,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) pushes: Pushes,
    pub(crate) phones: Phones,
    pub(crate) customers: CustomerRecords,
    pub(crate) enrollments: Enrollments,
    pub(crate) failed_log_ins: FailedLogIns,
    /// By peer: somebody who tries one password with everybody.
    pub(crate) failed_log_ins_of_peers: FailedLogIns,
}

impl Store {
    /// What survived the last restart, and nothing else.
    pub(crate) fn load(mut loaded: Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Ok(Self {
            sessions: Sessions::load(&mut loaded, journal)?,
            phones: Phones::load(&mut loaded, journal)?,
            enrollments: Enrollments::load(&mut loaded, journal)?,
            customers: CustomerRecords::load(&mut loaded, journal)?,
            refresh_tokens: RefreshTokens::load(&mut loaded, journal)?,
            ..Self::default()
        })
    }

    /// Nothing is remembered any more, and nothing of it is there after a restart.
    pub(crate) fn clear(&mut self) {
        self.sessions.clear();
        self.phones.clear();
        self.enrollments.clear();
        self.customers.clear();
        self.refresh_tokens.clear();
        self.transactions = Transactions::default();
        self.codes = Codes::default();
        self.pushes = Pushes::default();
        self.failed_log_ins = FailedLogIns::default();
        self.failed_log_ins_of_peers = FailedLogIns::default();
    }

    /// A customer is gone: nobody is logged in as them, and no phone asks for them.
    pub(crate) fn forget_customer(&mut self, sub: &str, now: u64) {
        for sid in self.sessions.end_customer(sub) {
            self.pushes.withdraw_session(&sid, now);
        }
        self.phones.unpair_customer(sub);
        self.enrollments.forget(sub);
        self.customers.forget_metadata(sub);
        self.refresh_tokens.forget_customer(sub);
    }

    pub(crate) fn enrolled(&self, sub: &str, now: u64) -> Factors {
        let phone = (self.phones.count(sub, now) > 0).then_some(Factor::Push);
        let app = self.enrollments.has_app(sub).then_some(Factor::Otp);
        let codes = (self.enrollments.recovery_codes(sub) > 0).then_some(Factor::RecoveryCode);
        phone.into_iter().chain(app).chain(codes).collect()
    }
}
