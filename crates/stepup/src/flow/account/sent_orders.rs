//! The orders that were sent and of which the bank has not said what became of them: each order once.
//!
//! The same order again has to have the same id: the first one may still be on its way.

use alloc::vec::Vec;

use crate::{
    domain::{Order, TransferId},
    flow::transfer::Transfer,
    storage::Attempt,
};

#[derive(Debug)]
pub(super) struct SentOrders(Vec<Attempt>);

impl SentOrders {
    pub(super) fn new(attempts: Vec<Attempt>) -> Self {
        Self(attempts)
    }

    pub(super) fn id_of(&self, order: &Order) -> Option<&TransferId> {
        self.0.iter().find(|attempt| attempt.order == *order).map(|attempt| &attempt.id)
    }

    /// Follows a transfer. `sent` is what the bank may have spoken about. Has anything changed?
    pub(super) fn follow(&mut self, transfer: &Transfer, sent: Option<&TransferId>) -> bool {
        if transfer.is_settled() {
            self.0.retain(|attempt| Some(&attempt.id) != sent);
            return true;
        }
        let Some((id, order)) = transfer.sent() else { return false };
        // 403: the bank did accept the token.
        let is_accepted = matches!(transfer, Transfer::Leaving(_));
        match self.0.iter_mut().find(|attempt| attempt.id == *id) {
            None => self.0.push(Attempt { id: id.clone(), order: order.clone(), unauthorized: false }),
            Some(attempt) if attempt.unauthorized && is_accepted => attempt.unauthorized = false,
            Some(_) => return false,
        }
        true
    }

    /// The bank refused the token with which this was sent. Had it done so before? Nothing for an order that is not here.
    pub(super) fn handle_refused_token(&mut self, id: Option<&TransferId>) -> Option<bool> {
        let attempt = self.0.iter_mut().find(|attempt| Some(&attempt.id) == id)?;
        Some(core::mem::replace(&mut attempt.unauthorized, true))
    }

    pub(super) fn as_slice(&self) -> &[Attempt] {
        &self.0
    }
}
