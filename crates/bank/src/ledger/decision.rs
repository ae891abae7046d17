//! The decision of an order.

use super::account::Account;
use super::checked_name::RecordedName;
use super::order::{OrderRefusal, TransferRequest};
use super::transfer::Transfer;

#[derive(Debug)]
pub(crate) enum TransferDecision {
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
        Ok(Transfer {
            id: order.id.to_string(),
            booking,
            payer_iban: from.party.iban,
            payer_holder: from.party.holder,
            payee_iban: to.party.iban,
            payee_holder: to.party.holder,
            amount: order.amount,
            currency: from.balance.currency,
            reference: order.reference.clone(),
            name: RecordedName::from(&order.payee_name),
            booked_at: self.request.now,
            // The database has come to the same result, or it would have refused the posting.
            balance_after: from.balance.amount - order.amount,
        })
    }
}
