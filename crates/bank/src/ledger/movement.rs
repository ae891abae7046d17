//! Anything that changed an account's balance, as its holder sees it.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::money::{Currency, Money};
use super::transfer::transfer_number;

/// A transfer, or the opening of the account.
#[derive(Debug)]
pub(crate) struct Movement {
    pub(crate) booking: i64,
    pub(crate) number: String,
    /// A transfer's id, or else the number.
    pub(crate) id: String,
    pub(crate) direction: Direction,
    pub(crate) counterparty: Counterparty,
    pub(crate) amount: Money,
    pub(crate) reference: String,
    pub(crate) booked_at: i64,
    pub(crate) balance_after: Money,
}

/// Which way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    In,
    Out,
}

/// The other side. The bank itself, where an account was opened, has no IBAN.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Counterparty {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iban: Option<String>,
    pub(super) holder: String,
}

#[derive(FromRow)]
pub(super) struct MovementRow {
    transfer_id: Option<String>,
    booking: i64,
    amount: i64,
    currency: Currency,
    #[sqlx(flatten)]
    counterparty: Counterparty,
    reference: Option<String>,
    booked_at: i64,
    balance_after: i64,
}

impl Direction {
    /// Of a posting's amount.
    pub(super) const fn sign(self) -> i64 {
        match self {
            Self::In => 1,
            Self::Out => -1,
        }
    }
}

impl From<MovementRow> for Movement {
    fn from(row: MovementRow) -> Self {
        let (number, currency) = (transfer_number(row.booking), row.currency);
        Self {
            booking: row.booking,
            id: row.transfer_id.unwrap_or_else(|| number.clone()),
            number,
            direction: if row.amount < 0 { Direction::Out } else { Direction::In },
            counterparty: row.counterparty,
            amount: Money { amount: row.amount.abs(), currency: currency.clone() },
            reference: row.reference.unwrap_or_default(),
            booked_at: row.booked_at,
            balance_after: Money { amount: row.balance_after, currency },
        }
    }
}

impl Movement {
    /// What was on the account before it.
    pub(crate) fn balance_before(&self) -> Money {
        let amount = match self.direction {
            Direction::In => self.balance_after.amount - self.amount.amount,
            Direction::Out => self.balance_after.amount + self.amount.amount,
        };
        Money { amount, currency: self.balance_after.currency.clone() }
    }
}
