//! Reading an account's balance, and pages of its transfers and other movements, newest first.

use uuid::Uuid;

use super::account::{Account, BY_IBAN};
use super::error::LedgerError;
use super::handle::Ledger;
use super::movement::Movement;
use super::search::TransferFilter;

/// How many transfers are looked through for one page of a search.
const MAX_SCANNED: u32 = 2_000;

#[derive(Debug)]
pub(crate) struct TransferPage {
    pub(crate) transfers: Vec<Movement>,
    /// The id to ask for what comes `before` it; nothing when this was the last page.
    pub(crate) next: Option<String>,
}

/// `$3`: at most so many. `$4`: 1 for transfers only, 0 for all movements.
const MOVEMENTS: &str =
    "SELECT t.id AS transfer_id, b.id AS booking, p.amount, b.currency, other.iban, other.holder,
         t.reference, t.payee_name, t.name_check, b.booked_at, p.balance_after
     FROM postings p
     JOIN bookings b ON b.id = p.booking_id
     LEFT JOIN transfers t ON t.booking_id = b.id
     JOIN accounts other ON other.id = CASE WHEN p.amount < 0 THEN b.to_account ELSE b.from_account END
     WHERE p.account_id = $1 AND p.booking_id < $2 AND ($4 = 0 OR t.id IS NOT NULL)
     ORDER BY p.booking_id DESC LIMIT $3";

impl Ledger {
    /// What is on the account with this IBAN (without blanks), in minor units.
    pub async fn balance(&self, iban: &str) -> Result<Option<i64>, LedgerError> {
        let account: Option<Account> = self.store.reader.fetch_optional(BY_IBAN, &[iban.into()]).await?;
        Ok(account.map(|account| account.balance.amount))
    }

    /// The transfers of an account that pass the filter, newest first: at most `limit`, older than `before` if given. Nothing
    /// when `before` is no transfer of this account.
    ///
    /// A page of a search can have fewer, even none, and still a `next`: so many were looked through.
    pub(crate) async fn transfers(
        &self,
        account: i64,
        limit: u32,
        before: Option<Uuid>,
        filter: &TransferFilter,
    ) -> Result<Option<TransferPage>, LedgerError> {
        let before = match before {
            None => i64::MAX,
            Some(id) => match self.booking_of(account, id).await? {
                Some(booking) => booking,
                None => return Ok(None),
            },
        };
        let scanned = if filter.is_empty() { limit } else { MAX_SCANNED };
        // One more, to know whether there is a next page.
        let mut transfers = self.fetch_movements(account, scanned + 1, before, true).await?;
        let is_last = transfers.len() <= scanned as usize;
        transfers.truncate(scanned as usize);
        let last_scanned = transfers.last().filter(|_| !is_last).map(Movement::id);
        transfers.retain(|transfer| filter.passes(transfer));
        let next = if transfers.len() > limit as usize {
            transfers.truncate(limit as usize);
            transfers.last().map(Movement::id)
        } else {
            last_scanned
        };
        Ok(Some(TransferPage { transfers, next }))
    }

    /// What was booked on an account, newest first: at most `limit`, with lower numbers than `before`.
    pub(crate) async fn movements(
        &self,
        account: i64,
        limit: u32,
        before: i64,
    ) -> Result<Vec<Movement>, LedgerError> {
        self.fetch_movements(account, limit, before, false).await
    }

    async fn fetch_movements(
        &self,
        account: i64,
        limit: u32,
        before: i64,
        only_transfers: bool,
    ) -> Result<Vec<Movement>, LedgerError> {
        let values = [account, before, limit.into(), only_transfers.into()].map(Into::into);
        Ok(self.store.reader.fetch_all(MOVEMENTS, &values).await?)
    }

    async fn booking_of(&self, account: i64, id: Uuid) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT t.booking_id FROM transfers t
             JOIN postings p ON p.booking_id = t.booking_id AND p.account_id = $1 WHERE t.id = $2";
        Ok(self.store.reader.fetch_number(sql, &[account.into(), (&id.to_string()).into()]).await?)
    }
}
