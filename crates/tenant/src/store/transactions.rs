//! Requests under way: from `/authorize` until the answer has gone back to the client. Each is bound to the browser
//! that made it by a cookie of its own, so that any number of tabs can be under way at once.

use std::collections::HashMap;
use std::sync::Arc;

use http_server::Peer;

use crate::credentials::totp::Secret;
use crate::domain::{AuthorizationRequest, Challenge, Factor, ScriptDecision};
use crate::log::Trace;
use crate::random::{self, Fingerprint};

/// At 8 KiB of parameters each, 32 MiB of memory at most.
const CAPACITY: usize = 4_096;
/// Log-in pages that one peer has open: an office has as many, and nobody has all.
const MAX_PER_PEER: usize = CAPACITY / 8;

/// Too many requests wait for a phone in the whole tenant, or have just ended.
#[derive(Debug)]
pub(crate) struct TooManyTransactions;

/// A request, what scripts have decided about it so far, and the trace in which its story is recorded. Clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) request: Arc<AuthorizationRequest>,
    pub(crate) decision: Arc<ScriptDecision>,
    pub(crate) trace: Trace,
}

/// How a browser names a transaction: the identifier in the address, and the cookie that proves it.
#[derive(Debug, Clone)]
pub(crate) struct TransactionRef {
    pub(crate) id: String,
    pub(crate) cookie: String,
}

#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) authorization: Authorization,
    pub(crate) stage: Stage,
    /// Stands in every form of this transaction; a page of another origin cannot know it.
    pub(crate) csrf_token: String,
    cookie: Fingerprint,
    expires: u64,
    /// Where the browser is, when that is known.
    pub(crate) peer: Option<Peer>,
}

#[derive(Debug, Clone)]
pub(crate) enum Stage {
    LogIn,
    SecondFactor(SecondFactor),
    /// The second factor was given, and the customer looks after the ways to confirm before the client has its answer.
    Enrollment(Enrollment),
    /// A script has sent the browser elsewhere, and goes on when it comes back.
    Redirected(Redirected),
    /// The client has its answer. The record stays until it expires, to be able to say so.
    Finished,
}

#[derive(Debug, Clone)]
pub(crate) struct SecondFactor {
    /// The session whose customer has to give it; when it ends, nothing comes of this.
    pub(crate) sid: String,
    pub(crate) sub: String,
    pub(crate) challenge: Challenge,
    pub(crate) authenticator: Authenticator,
    pub(crate) wrong_codes: usize,
    /// The customer wants to look after the ways to confirm when this is done.
    pub(crate) manage: bool,
    /// Whichever way it is, it takes no longer than this.
    pub(crate) expires: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Redirected {
    /// The session whose customer it is; when it ends, nothing comes of this.
    pub(crate) sid: String,
    pub(crate) sub: String,
    /// When a second factor was given for this very request, and which one.
    pub(crate) second_factor: Option<(u64, Factor)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Authenticator {
    /// By the answer to the push with this identifier.
    Push(String),
    Otp,
    RecoveryCode,
    /// By a code of an app that is set up here, for a customer who has no factor yet.
    FirstApp(Secret),
}

impl Authenticator {
    pub(crate) const fn factor(&self) -> Factor {
        match self {
            Self::Push(_) => Factor::Push,
            Self::Otp | Self::FirstApp(_) => Factor::Otp,
            Self::RecoveryCode => Factor::RecoveryCode,
        }
    }
}

/// What the customer reads above the factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnrollmentNotice {
    AppSetUp,
    AppRemoved,
    RecoveryCodesLeft(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Enrollment {
    pub(crate) sid: String,
    pub(crate) sub: String,
    pub(crate) given: u64,
    pub(crate) factor: Factor,
    /// When the client's answer has to be on its way: the second factor is stale afterwards.
    pub(crate) expires: u64,
    /// What has just happened, in a sentence.
    pub(crate) notice: Option<EnrollmentNotice>,
    /// Of an app that has not shown yet that it has it.
    pub(crate) secret: Option<Secret>,
    pub(crate) codes: Vec<String>,
}

impl Transaction {
    pub(crate) fn new(authorization: Authorization, cookie: &str, expires: u64, peer: Option<Peer>) -> Self {
        let (csrf_token, cookie) = (random::secret(), Fingerprint::of(cookie));
        Self { authorization, stage: Stage::LogIn, csrf_token, cookie, expires, peer }
    }

    /// Gives the transaction time until `expires`, and never less than it had.
    pub(crate) fn extend(&mut self, expires: u64) {
        self.expires = self.expires.max(expires);
    }
}

#[derive(Default)]
pub(crate) struct Transactions(HashMap<String, Transaction>);

impl Transactions {
    pub(crate) fn insert(
        &mut self,
        id: String,
        transaction: Transaction,
        now: u64,
    ) -> Result<(), TooManyTransactions> {
        self.0.retain(|_, transaction| now < transaction.expires);
        // Whoever opens log-in pages without end only loses the oldest of them; nobody else is kept out.
        let own = |it: &Transaction| matches!(it.stage, Stage::LogIn) && it.peer == transaction.peer;
        if transaction.peer.is_some() && self.0.values().filter(|it| own(it)).count() >= MAX_PER_PEER {
            self.remove_oldest(own)?;
        } else if self.0.len() >= CAPACITY {
            self.remove_oldest(|it| matches!(it.stage, Stage::LogIn))?;
        }
        self.0.insert(id, transaction);
        Ok(())
    }

    fn remove_oldest(&mut self, of: impl Fn(&Transaction) -> bool) -> Result<(), TooManyTransactions> {
        let oldest = self.0.iter().filter(|(_, it)| of(it)).min_by_key(|(_, it)| it.expires);
        let oldest = oldest.map(|(id, _)| id.clone()).ok_or(TooManyTransactions)?;
        self.0.remove(&oldest);
        Ok(())
    }

    pub(crate) fn get(&mut self, by: &TransactionRef, now: u64) -> Option<&mut Transaction> {
        let transaction = self.0.get_mut(&by.id)?;
        (transaction.cookie == Fingerprint::of(&by.cookie) && now < transaction.expires)
            .then_some(transaction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(id: &str) -> TransactionRef {
        TransactionRef { id: id.to_owned(), cookie: "cookie".to_owned() }
    }

    fn an_authorization() -> Authorization {
        let request = AuthorizationRequest::default();
        Authorization { request: Arc::new(request), decision: Arc::default(), trace: Trace::default() }
    }

    #[test]
    fn flood_of_log_in_pages_drops_only_log_in_pages() {
        let mut transactions = Transactions::default();
        let authorization = an_authorization();
        let mut insert = |id: &str, stage: Stage, expires: u64| {
            let transaction =
                Transaction { stage, ..Transaction::new(authorization.clone(), "cookie", expires, None) };
            transactions.insert(id.to_owned(), transaction, 0)
        };
        insert("push", Stage::Finished, 1).unwrap();
        for n in 0..2 * u64::try_from(CAPACITY).unwrap() {
            insert(&format!("{n}"), Stage::LogIn, 10 + n).unwrap();
        }
        assert_eq!(transactions.0.len(), CAPACITY);
        assert!(transactions.get(&by("push"), 0).is_some(), "who has given a password is not put out");
        assert!(transactions.get(&by(&format!("{}", 2 * CAPACITY - 1)), 0).is_some(), "so does the newest");
        assert!(transactions.get(&by("0"), 0).is_none());
    }

    #[test]
    fn flood_from_one_peer_drops_only_its_own() {
        let mut transactions = Transactions::default();
        let authorization = an_authorization();
        let mut insert = |id: &str, address: &str, expires: u64| {
            let peer = Some(Peer::of(address.parse().unwrap()));
            let transaction = Transaction::new(authorization.clone(), "cookie", expires, peer);
            transactions.insert(id.to_owned(), transaction, 0).unwrap();
        };
        insert("honest", "192.0.2.1", 1);
        for n in 0..2 * u64::try_from(CAPACITY).unwrap() {
            insert(&format!("{n}"), "192.0.2.2", 10 + n);
        }
        assert_eq!(transactions.0.len(), MAX_PER_PEER + 1);
        assert!(transactions.get(&by("honest"), 0).is_some());
        assert!(transactions.get(&by(&format!("{}", 2 * CAPACITY - 1)), 0).is_some(), "and the newest");
    }
}
