//! Anything that changed an account's balance, as its holder sees it.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::checked_name::RecordedName;
use super::money::{Currency, Money};
use super::transfer::transfer_number;

/// A transfer, or the opening of the account.
#[derive(Debug, FromRow)]
pub(crate) struct Movement {
    pub(super) transfer_id: Option<String>,
    pub(crate) booking: i64,
    /// Below zero when it went out.
    pub(crate) amount: i64,
    pub(super) currency: Currency,
    #[sqlx(flatten)]
    pub(crate) counterparty: Counterparty,
    pub(crate) reference: Option<String>,
    #[sqlx(flatten)]
    pub(super) name: RecordedName,
    pub(crate) booked_at: i64,
    pub(crate) balance_after: i64,
}

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

impl Movement {
    /// A transfer's id, or else the number.
    pub(crate) fn id(&self) -> String {
        self.transfer_id.clone().unwrap_or_else(|| transfer_number(self.booking))
    }

    pub(crate) const fn direction(&self) -> Direction {
        if self.amount.is_negative() { Direction::Out } else { Direction::In }
    }

    /// The name that the payer confirmed. Whom the payer took for the payee is not the payee's to know.
    pub(crate) fn confirmed_name(&self) -> RecordedName {
        if self.direction() == Direction::Out { self.name.clone() } else { RecordedName::default() }
    }

    /// So much in the currency of the account.
    pub(crate) fn money(&self, amount: i64) -> Money {
        Money { amount, currency: self.currency.clone() }
    }
}
