//! What a tab keeps: the record of a request to the provider, a transfer under way, the session.
//!
//! All of it can be edited by the person at the keyboard, so nothing here is believed: a record is only ever looked up
//! by its `state`, and what it says is compared with what the provider signed.

use alloc::{string::String, vec::Vec};
use serde::Serialize;

use crate::{
    domain::{CompactIdToken, Draft, LogoutCount, Order, TokenCache, TransferId},
    json::{FromJson, Json, Object},
    oidc::{LogoutHints, StateParameter},
};

/// Places in the tab's storage, and one that all tabs share. None of them ever holds a single-use token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageKey {
    /// The logged-in session with its token for the balance.
    Session,
    /// A transfer that was sent and not answered.
    Pending,
    /// What stands in the form.
    Draft,
    /// What a request to the provider was for, by its `state`.
    Request(StateParameter),
    /// The path of the place to which the customer returns after a log-in.
    Place,
    /// That somebody has logged out here while a transfer was on its way, until the next log-in.
    LoggedOutWhileSending,
    /// How often somebody has logged out in this browser: a number, which all tabs of this origin share.
    LogoutCount,
    /// Why the tab was logged out, for the page to which the provider sends the browser back: `left_alone` or `logged_out`.
    LogoutNotice,
    /// When the customer was last seen to be there, in Unix seconds, which all tabs of this origin share.
    LastTouch,
}

/// A transfer that is not over: what to do after a reload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pending {
    /// Who confirmed it: nobody else is shown it.
    pub(crate) subject: String,
    pub(crate) id: TransferId,
    pub(crate) order: Order,
    pub(crate) stage: PendingStage,
    /// Is it sent without its id, which is the `Idempotency-Key`? Then the bank cannot be asked about it.
    pub(crate) unkeyed: bool,
    /// How often somebody had logged out in this browser by then.
    pub(crate) log_outs: LogoutCount,
}

/// How far a transfer got before the page went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PendingStage {
    /// The customer was sent to confirm it. Nothing can have been moved by this tab.
    Confirming,
    /// It was sent, and no answer was seen. The bank has to be asked.
    Sent,
}

/// A session as it is kept for the tab. Its tokens are those for reading; the single-use token cannot be serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StoredSession {
    pub(crate) subject: String,
    #[serde(rename = "vault")]
    pub(crate) tokens: TokenCache,
    /// The ID token that told of a second factor. It is verified again before it counts.
    pub(crate) second_factor: Option<CompactIdToken>,
    pub(crate) log_out_hints: Option<LogoutHints>,
    /// How often somebody had logged out in this browser when the session began.
    pub(crate) log_outs: LogoutCount,
}

/// What stands in the form, with whose it is: nobody else is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StoredDraft {
    pub(crate) subject: String,
    pub(crate) draft: Draft,
    /// What was sent, as long as the bank has not said what became of it: each order once.
    pub(crate) attempts: Vec<Attempt>,
    /// How often somebody had logged out in this browser by then.
    pub(crate) log_outs: LogoutCount,
}

/// An order that was sent and that the bank has neither done nor refused. The same order again has to have the same id:
/// the first one may still be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Attempt {
    pub(crate) id: TransferId,
    pub(crate) order: Order,
    /// Has the bank refused the token with which it was sent (401)? After one new log-in that is final.
    pub(crate) unauthorized: bool,
}

impl FromJson for Pending {
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
            unkeyed: object.get("unkeyed") == Some(&Json::Bool(true)),
            log_outs: LogoutCount::of(object)?,
        })
    }
}

impl FromJson for StoredSession {
    fn read(object: &Object) -> Option<Self> {
        Some(Self {
            subject: object.text("subject")?,
            tokens: TokenCache::read(object.list("vault")?)?,
            second_factor: object.text("second_factor").map(CompactIdToken::new),
            log_out_hints: object.object("log_out_hints").and_then(|hints| {
                Some(LogoutHints {
                    id_token_hint: CompactIdToken::new(hints.text("id_token_hint")?),
                    logout_hint: hints.text("logout_hint"),
                })
            }),
            log_outs: LogoutCount::of(object)?,
        })
    }
}

impl FromJson for StoredDraft {
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
            log_outs: LogoutCount::of(object)?,
        })
    }
}
