//! The decision of an order.

use super::account::Account;
use super::money::Money;
use super::order::{OrderRefusal, TransferRequest};
use super::transfer::{Transfer, transfer_number};

/// The decision of an order.
#[derive(Debug)]
pub(crate) enum TransferDecision {
    /// Decided now.
    New(TransferOutcome),
    /// Decided before; this is the stored outcome.
    Replayed(TransferOutcome),
    /// The id belongs to another order, or to another customer's.
    KeyReused,
    /// The id was retired when the customer asked for its status.
    KeyRetired,
    /// The token has decided another order.
    TokenSpent,
}

/// The result of an order, as it is stored.
pub(crate) type TransferOutcome = Result<Transfer, OrderRefusal>;

/// An order that is decided now, before it is in the database.
pub(super) struct PendingDecision<'a> {
    pub(super) request: &'a TransferRequest,
    /// The request's index among those that are decided together.
    pub(super) index: usize,
    pub(super) outcome: Result<PermittedTransfer, OrderRefusal>,
}

/// Money that may move.
pub(super) struct PermittedTransfer {
    pub(super) from: Account,
    pub(super) to: Account,
    /// The number of the booking, once there is one.
    pub(super) booking: i64,
}

impl<'a> PendingDecision<'a> {
    pub(super) fn permitted_mut(&mut self) -> Option<(&'a TransferRequest, &mut PermittedTransfer)> {
        Some((self.request, self.outcome.as_mut().ok()?))
    }

    pub(super) fn into_outcome(self) -> TransferOutcome {
        let PermittedTransfer { from, to, booking } = self.outcome?;
        let order = &self.request.order;
        let currency = from.balance.currency;
        Ok(Transfer {
            id: order.id.to_string(),
            number: transfer_number(booking),
            payer: from.party,
            payee: to.party,
            amount: Money { amount: order.amount, currency: currency.clone() },
            reference: order.reference.clone(),
            created_at: self.request.now,
            // The database has come to the same result, or it would have refused the posting.
            balance_after: Money { amount: from.balance.amount - order.amount, currency },
        })
    }
}
