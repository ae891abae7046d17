//! A transfer, as several responses have it.

use serde::Serialize;

use crate::ledger::{Money, Party, Transfer};

/// A transfer, as in the responses of `POST /transfer` and `GET /transfers/{id}`.
#[derive(Serialize)]
pub(super) struct TransferResponse {
    id: String,
    number: String,
    status: &'static str,
    payer: Party,
    payee: Party,
    amount: Money,
    reference: String,
    created_at: String,
    /// What the payer had left; only in the payer's response.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<Money>,
}

impl TransferResponse {
    pub(super) fn for_payer(transfer: Transfer) -> Self {
        Self {
            id: transfer.id,
            number: transfer.number,
            // Transfers inside one bank are done when they are booked.
            status: "completed",
            payer: transfer.payer,
            payee: transfer.payee,
            amount: transfer.amount,
            reference: transfer.reference,
            created_at: rfc3339(transfer.created_at),
            balance_after: Some(transfer.balance_after),
        }
    }

    pub(super) fn for_payee(transfer: Transfer) -> Self {
        Self { balance_after: None, ..Self::for_payer(transfer) }
    }
}

/// Unix seconds as RFC 3339 has them, in UTC.
pub(super) fn rfc3339(seconds: i64) -> String {
    // Out of range means a clock beyond the year 9999.
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
}
