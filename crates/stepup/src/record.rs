//! What a tab keeps: the record of a request to the provider, a transfer under way, the session.
//!
//! All of it can be edited by whoever sits at the keyboard, so nothing here is believed: a record is only ever looked up
//! by its `state`, and what it says is compared with what the provider signed.

use serde::Serialize;

use crate::{
    json::{Json, Object},
    time::Timestamp,
    tokens::{Scopes, Vault},
    transfer::{Draft, Order, Salt, TransferId, bound_nonce},
};

/// How long an answer of the provider is accepted, in seconds: as long as a push may wait for the customer.
pub const RECORD_LIFETIME: i64 = 10 * 60;

/// Why the browser was sent to the provider; kept under the request's `state`, taken out before it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// When the request was made.
    pub created_at: Timestamp,
    /// What was asked for.
    pub scopes: Scopes,
    /// What for.
    pub purpose: Purpose,
}

/// The two reasons to go to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To log in.
    LogIn {
        /// The nonce that was sent.
        nonce: String,
    },
    /// To confirm a transfer.
    StepUp(StepUp),
}

/// A transfer that waits for its second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepUp {
    /// Who confirmed it.
    pub subject: String,
    /// Its id at the bank.
    pub id: TransferId,
    /// What was confirmed.
    pub order: Order,
    /// What its nonce was salted with.
    pub salt: Salt,
}

impl Record {
    /// The nonce that the provider has to have signed. For a transfer it is computed from what is stored *now*, so that
    /// an edited order does not fit the signed one.
    #[must_use]
    pub fn nonce(&self) -> String {
        match &self.purpose {
            Purpose::LogIn { nonce } => nonce.clone(),
            Purpose::StepUp(StepUp { subject, id, order, salt }) => bound_nonce(salt, subject, id, order),
        }
    }
}

/// A transfer that is not over: what to do after a reload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Who confirmed it: nobody else is shown it.
    pub subject: String,
    /// Its id at the bank.
    pub id: TransferId,
    /// What it is.
    pub order: Order,
    /// How far it got.
    pub stage: PendingStage,
}

/// How far a transfer got before the page went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingStage {
    /// The customer was sent to confirm it. Nothing can have been moved by this tab.
    Confirming,
    /// It was sent, and no answer was seen. The bank has to be asked.
    Sent,
}

/// A session as it is kept for the tab. Its tokens are those for reading; the single-use token cannot be serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredSession {
    /// Who is logged in.
    pub subject: String,
    /// With which tokens.
    pub vault: Vault,
}

/// What stands in the form, with whose it is: nobody else is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredDraft {
    /// Who typed it.
    pub subject: String,
    /// What was typed.
    pub draft: Draft,
    /// What was sent, as long as the bank has not said what became of it: each order once.
    pub attempts: Vec<Attempt>,
}

/// An order that was sent and that the bank has neither done nor refused. The same order again has to have the same id:
/// the first one may still be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Its id at the bank.
    pub id: TransferId,
    /// What was sent.
    pub order: Order,
    /// Has the bank refused the token with which it was sent (401)? After one new log-in that is final.
    pub unauthorized: bool,
}

/// Something that is read back from the tab's storage.
pub(crate) trait Stored: Sized {
    /// `None` when a member is missing or of another type.
    fn read(object: &Object) -> Option<Self>;
}

impl Stored for Record {
    fn read(object: &Object) -> Option<Self> {
        let purpose = object.object("purpose")?;
        let purpose = if let Some(log_in) = purpose.object("log_in") {
            Purpose::LogIn { nonce: log_in.text("nonce")? }
        } else {
            let step_up = purpose.object("step_up")?;
            Purpose::StepUp(StepUp {
                subject: step_up.text("subject")?,
                id: TransferId::read(step_up.text("id")?)?,
                order: Order::read(step_up.object("order")?)?,
                salt: Salt::read(step_up.text("salt")?),
            })
        };
        Some(Self {
            created_at: Timestamp(object.integer("created_at")?),
            scopes: Scopes::parse(&object.text("scopes")?),
            purpose,
        })
    }
}

impl Stored for Pending {
    fn read(object: &Object) -> Option<Self> {
        let stage = match object.text("stage").as_deref() {
            Some("confirming") => PendingStage::Confirming,
            // Whatever else stands there: the bank is asked before anything is said.
            _ => PendingStage::Sent,
        };
        Some(Self {
            subject: object.text("subject")?,
            id: TransferId::read(object.text("id")?)?,
            order: Order::read(object.object("order")?)?,
            stage,
        })
    }
}

impl Stored for StoredSession {
    fn read(object: &Object) -> Option<Self> {
        Some(Self { subject: object.text("subject")?, vault: Vault::read(object.list("vault")?)? })
    }
}

impl Stored for StoredDraft {
    fn read(object: &Object) -> Option<Self> {
        let attempt = |attempt: &Json| {
            let attempt = attempt.as_object()?;
            Some(Attempt {
                id: TransferId::read(attempt.text("id")?)?,
                order: Order::read(attempt.object("order")?)?,
                unauthorized: attempt.get("unauthorized") == Some(&Json::Bool(true)),
            })
        };
        Some(Self {
            subject: object.text("subject")?,
            draft: Draft::read(object.object("draft")?)?,
            attempts: object.list("attempts")?.iter().map(attempt).collect::<Option<_>>()?,
        })
    }
}

/// Reads stored JSON; what cannot be read counts as absent, for an older version may have written it.
pub(crate) fn read<T: Stored>(text: Option<&str>) -> Option<T> {
    T::read(&Object::parse(text?).ok()?)
}
