//! Reading an account's balance, and pages of its transfers and other movements, newest first.

use serde::Serialize;
use sqlx::FromRow;
use uuid::Uuid;

use super::account::{Account, BY_IBAN};
use super::error::LedgerError;
use super::handle::Ledger;
use super::money::{Currency, Money};
use super::transfer::transfer_number;

#[derive(Debug)]
pub(crate) struct TransferPage {
    pub(crate) transfers: Vec<Movement>,
    /// The id to ask for what comes `before` it; nothing when this was the last page.
    pub(crate) next: Option<String>,
}

/// Anything that changed an account's balance, as its holder sees it: a transfer, or the opening of the account.
#[derive(Debug, FromRow)]
pub(crate) struct Movement {
    transfer_id: Option<String>,
    pub(crate) booking: i64,
    /// Below zero when it went out.
    pub(crate) amount: i64,
    currency: Currency,
    #[sqlx(flatten)]
    pub(crate) counterparty: Counterparty,
    pub(crate) reference: Option<String>,
    pub(crate) booked_at: i64,
    pub(crate) balance_after: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    In,
    Out,
}

/// The other side. The bank itself, where an account was opened, has no IBAN.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Counterparty {
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    holder: String,
}

/// `$3`: at most so many. `$4`: 1 for transfers only, 0 for all movements.
const MOVEMENTS: &str =
    "SELECT t.id AS transfer_id, b.id AS booking, p.amount, b.currency, other.iban, other.holder,
         t.reference, b.booked_at, p.balance_after
     FROM postings p
     JOIN bookings b ON b.id = p.booking_id
     LEFT JOIN transfers t ON t.booking_id = b.id
     JOIN accounts other ON other.id = CASE WHEN p.amount < 0 THEN b.to_account ELSE b.from_account END
     WHERE p.account_id = $1 AND p.booking_id < $2 AND ($4 = 0 OR t.id IS NOT NULL)
     ORDER BY p.booking_id DESC LIMIT $3";

impl Movement {
    /// A transfer's id, or else the number.
    pub(crate) fn id(&self) -> String {
        self.transfer_id.clone().unwrap_or_else(|| transfer_number(self.booking))
    }

    pub(crate) const fn direction(&self) -> Direction {
        if self.amount.is_negative() { Direction::Out } else { Direction::In }
    }

    /// So much in the currency of the account.
    pub(crate) fn money(&self, amount: i64) -> Money {
        Money { amount, currency: self.currency.clone() }
    }
}

impl Ledger {
    /// What is on the account with this IBAN (without blanks), in minor units.
    pub async fn balance(&self, iban: &str) -> Result<Option<i64>, LedgerError> {
        let account: Option<Account> = self.store.reader.fetch_optional(BY_IBAN, &[iban.into()]).await?;
        Ok(account.map(|account| account.balance.amount))
    }

    /// The transfers of an account, newest first: at most `limit`, older than `before` if given. Nothing when `before` is no
    /// transfer of this account.
    pub(crate) async fn transfers(
        &self,
        account: i64,
        limit: u32,
        before: Option<Uuid>,
    ) -> Result<Option<TransferPage>, LedgerError> {
        let before = match before {
            None => i64::MAX,
            Some(id) => match self.booking_of(account, id).await? {
                Some(booking) => booking,
                None => return Ok(None),
            },
        };
        // One more than asked for, to know whether there is a next page.
        let mut transfers = self.fetch_movements(account, i64::from(limit) + 1, before, true).await?;
        let is_last = transfers.len() <= limit as usize;
        transfers.truncate(limit as usize);
        let next = transfers.last().filter(|_| !is_last).map(Movement::id);
        Ok(Some(TransferPage { transfers, next }))
    }

    /// What was booked on an account, newest first: at most `limit`, with lower numbers than `before`.
    pub(crate) async fn movements(
        &self,
        account: i64,
        limit: u32,
        before: i64,
    ) -> Result<Vec<Movement>, LedgerError> {
        self.fetch_movements(account, limit.into(), before, false).await
    }

    async fn fetch_movements(
        &self,
        account: i64,
        limit: i64,
        before: i64,
        only_transfers: bool,
    ) -> Result<Vec<Movement>, LedgerError> {
        let values = [account, before, limit, only_transfers.into()].map(Into::into);
        Ok(self.store.reader.fetch_all(MOVEMENTS, &values).await?)
    }

    async fn booking_of(&self, account: i64, id: Uuid) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT t.booking_id FROM transfers t
             JOIN postings p ON p.booking_id = t.booking_id AND p.account_id = $1 WHERE t.id = $2";
        Ok(self.store.reader.fetch_number(sql, &[account.into(), (&id.to_string()).into()]).await?)
    }
}
