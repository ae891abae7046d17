//! Requests under way: from `/authorize` until the answer has gone back to the client. Each is bound to the browser
//! that made it by a cookie of its own, so that any number of tabs can be under way at once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::endpoints::authorize::Request;
use crate::random::{self, Fingerprint};

/// At 8 KiB of parameters each, 32 MiB of memory at most.
const CAPACITY: usize = 4_096;

/// Too many requests are under way in the whole tenant.
#[derive(Debug)]
pub(crate) struct Full;

#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) request: Arc<Request>,
    pub(crate) stage: Stage,
    /// Stands in every form of this transaction; a page of another origin cannot know it.
    pub(crate) form_token: String,
    cookie: Fingerprint,
    expires: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The customer has to log in.
    LogIn,
    /// The customer of session `sid` was asked on the phone.
    Push { sid: String, push: String },
    /// The client has its answer. The record stays until it expires, to be able to say so.
    Finished,
}

impl Transaction {
    pub(crate) fn new(request: Arc<Request>, cookie: &str, expires: u64) -> Self {
        let form_token = random::secret();
        Self { request, stage: Stage::LogIn, form_token, cookie: Fingerprint::of(cookie), expires }
    }

    /// Gives the transaction time until `expires`, and never less than it had.
    pub(crate) fn extend(&mut self, expires: u64) {
        self.expires = self.expires.max(expires);
    }
}

#[derive(Default)]
pub(crate) struct Transactions(HashMap<String, Transaction>);

impl Transactions {
    pub(crate) fn insert(&mut self, id: String, transaction: Transaction, now: u64) -> Result<(), Full> {
        self.0.retain(|_, transaction| now < transaction.expires);
        if self.0.len() >= CAPACITY {
            return Err(Full);
        }
        self.0.insert(id, transaction);
        Ok(())
    }

    /// The transaction, if it is this browser's.
    pub(crate) fn get(&mut self, id: &str, cookie: &str, now: u64) -> Option<&mut Transaction> {
        let transaction = self.0.get_mut(id)?;
        (transaction.cookie == Fingerprint::of(cookie) && now < transaction.expires).then_some(transaction)
    }
}
