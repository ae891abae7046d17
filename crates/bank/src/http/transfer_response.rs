//! Transfers and other movements, as several responses have them.

use serde::Serialize;

use crate::ledger::{
    Counterparty, Direction, Money, Movement, Party, RecordedName, Transfer, transfer_number,
};

#[derive(Serialize)]
pub(super) struct TransferResponse {
    id: String,
    number: String,
    status: &'static str,
    payer: Party,
    payee: Party,
    amount: Money,
    reference: String,
    /// What the payer confirmed; only in the payer's response.
    #[serde(flatten)]
    name: RecordedName,
    created_at: String,
    /// What the payer had left; only in the payer's response.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<Money>,
}

impl TransferResponse {
    pub(super) fn for_payer(transfer: Transfer) -> Self {
        let money = |amount| Money { amount, currency: transfer.currency.clone() };
        Self {
            number: transfer_number(transfer.booking),
            // Transfers inside one bank are done when they are booked.
            status: "completed",
            payer: transfer.payer(),
            payee: transfer.payee(),
            amount: money(transfer.amount),
            created_at: rfc3339(transfer.booked_at),
            balance_after: Some(money(transfer.balance_after)),
            id: transfer.id,
            reference: transfer.reference,
            name: transfer.name,
        }
    }

    pub(super) fn for_payee(transfer: Transfer) -> Self {
        Self { balance_after: None, name: RecordedName::default(), ..Self::for_payer(transfer) }
    }
}

/// A transfer in a list, or another movement on a statement.
#[derive(Serialize)]
pub(super) struct MovementResponse {
    id: String,
    /// Only in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    direction: Direction,
    counterparty: Counterparty,
    amount: Money,
    reference: String,
    #[serde(flatten)]
    name: RecordedName,
    created_at: String,
    /// What was on the account afterwards.
    balance: Money,
}

impl MovementResponse {
    pub(super) fn in_list(movement: Movement) -> Self {
        let number = Some(transfer_number(movement.booking));
        Self { number, ..Self::on_statement(movement) }
    }

    pub(super) fn on_statement(movement: Movement) -> Self {
        Self {
            id: movement.id(),
            number: None,
            direction: movement.direction(),
            amount: movement.money(movement.amount.abs()),
            name: movement.confirmed_name(),
            created_at: rfc3339(movement.booked_at),
            balance: movement.money(movement.balance_after),
            counterparty: movement.counterparty,
            reference: movement.reference.unwrap_or_default(),
        }
    }
}

/// Unix seconds as RFC 3339 has them, in UTC.
pub(super) fn rfc3339(seconds: i64) -> String {
    // Out of range means a clock beyond the year 9999.
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
}
