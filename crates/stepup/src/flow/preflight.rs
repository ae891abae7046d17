//! Does the API let a page of another origin send `Idempotency-Key`?
//!
//! A browser asks by a preflight (Fetch 4.8) and does not send a request that is refused there. To the page that looks like
//! a broken connection, after which nobody would know what became of a transfer. So it is found out before: `GET /transfer`
//! has the same preflight, moves no money and carries no token. Where it fails with the header, is answered without, and fails
//! with it once more, the transfer is sent without. Where both fail, the API may have CORS for the order's own route alone, as a
//! decorator gives it: then `POST /transfer` tells, without a token and without an order. Where that fails too nothing is
//! known, and the header, which protects the customer, is sent.

use crate::{
    bank_api::request,
    config::Config,
    flow::context::Context,
    http::{HttpResult, Method, NetworkError, RequestId},
};

#[derive(Debug)]
pub(crate) enum Preflight {
    /// Nothing: it is found out when a transfer is about to be confirmed.
    Unknown,
    Pending(RequestId, Question),
    /// Is the header refused?
    Settled(bool),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    method: Method,
    with_key: bool,
    /// Was it answered without the header? A connection may break by chance: only what fails again is refused.
    again: bool,
}

impl Preflight {
    /// As far as it is known without asking: a page may send everything to its own origin.
    pub(crate) fn new(config: &Config) -> Self {
        match config.idempotency_key {
            Some(sent) => Self::Settled(!sent),
            None if config.api.has_origin_of(&config.home) => Self::Settled(false),
            None => Self::Unknown,
        }
    }

    /// Finds it out, unless it is known. An answer that is still on its way counts no more: the page may have been another one
    /// when it came.
    pub(crate) fn begin(&mut self, cx: &mut Context) {
        if !matches!(self, Self::Settled(_)) {
            *self = ask(Question { method: Method::Get, with_key: true, again: false }, cx);
        }
    }

    pub(crate) fn is_pending(&self) -> bool {
        matches!(self, Self::Pending(..))
    }

    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        matches!(self, Self::Pending(awaited, ..) if *awaited == id)
    }

    /// An answer of any status came through, or none did.
    pub(crate) fn handle_response(&mut self, outcome: &HttpResult, cx: &mut Context) {
        let &mut Self::Pending(_, question) = self else { return };
        *self = match (outcome, question) {
            (Ok(_), Question { with_key: false, .. }) => {
                ask(Question { with_key: true, again: true, ..question }, cx)
            }
            (Err(NetworkError::Unreachable(_)), Question { with_key: true, again: false, .. }) => {
                ask(Question { with_key: false, ..question }, cx)
            }
            (Err(NetworkError::Unreachable(_)), Question { method: Method::Get, with_key: false, .. }) => {
                ask(Question { method: Method::Post, with_key: true, again: false }, cx)
            }
            (Err(NetworkError::Unreachable(_)), Question { again: true, .. }) => Self::Settled(true),
            (Ok(_), _) => Self::Settled(false),
            // Nothing is known; before the next order it is asked anew.
            (Err(_), _) => Self::Unknown,
        };
    }

    /// Is a transfer sent without the header?
    pub(crate) fn refuses_key(&self) -> bool {
        matches!(self, Self::Settled(true))
    }
}

fn ask(question: Question, cx: &mut Context) -> Preflight {
    let request = request::preflight(&cx.config, question.method, question.with_key);
    Preflight::Pending(cx.fetch(request), question)
}
