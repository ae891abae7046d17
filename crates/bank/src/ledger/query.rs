//! Reading pages of an account's transfers and movements, newest first.

use uuid::Uuid;

use super::sql::{Tx, values};
use super::{Currency, Ledger, LedgerError, Money, Party, Transfer};

/// A page of an account's transfers, newest first.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    /// The id to ask for what comes `before` it; nothing when this was the last page.
    pub(crate) next: Option<String>,
}

/// A transfer as one of its two ends sees it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) direction: Direction,
    pub(crate) counterparty: Party,
    pub(crate) amount: Money,
    pub(crate) reference: String,
    pub(crate) created_at: i64,
}

/// Which way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// Short enough to be read out, and unique because bookings are numbered.
pub(super) fn number(booking: i64) -> String {
    format!("T-{booking:08}")
}

pub(super) type TransferRow = (String, i64, String, String, String, String, i64, String, String, i64, i64);

pub(super) const TRANSFER: &str =
    "SELECT t.id, b.id, payer.iban, payer.holder, payee.iban, payee.holder, b.amount, b.currency,
         t.reference, b.booked_at, p.balance_after
     FROM transfers t
     JOIN bookings b ON b.id = t.booking_id
     JOIN accounts payer ON payer.id = b.from_account
     JOIN accounts payee ON payee.id = b.to_account
     JOIN postings p ON p.booking_id = b.id AND p.account_id = b.from_account
     WHERE t.id = $1";

impl From<TransferRow> for Transfer {
    fn from(row: TransferRow) -> Self {
        let (id, booking, from_iban, from_holder, to_iban, to_holder, amount, currency, reference, at, left) =
            row;
        let currency = Currency::stored(currency);
        Self {
            id,
            number: number(booking),
            payer: Party { iban: from_iban, holder: from_holder },
            payee: Party { iban: to_iban, holder: to_holder },
            amount: Money { amount, currency: currency.clone() },
            reference,
            created_at: at,
            balance_after: Money { amount: left, currency },
        }
    }
}

pub(super) async fn transfer_by_id(tx: &mut Tx<'_>, id: Uuid) -> Result<Transfer, LedgerError> {
    let row: TransferRow = tx.one(TRANSFER, values![&id.to_string()]).await?;
    Ok(row.into())
}

impl Ledger {
    /// The transfers of an account, newest first: at most `limit`, older than `before` if given.
    ///
    /// Nothing is given when `before` is no transfer of this account.
    pub(crate) async fn transfers(
        &self,
        account: i64,
        limit: u32,
        before: Option<Uuid>,
    ) -> Result<Option<Page>, LedgerError> {
        let before = match before {
            None => i64::MAX,
            Some(id) => match self.booking_of(account, id).await? {
                Some(booking) => booking,
                None => return Ok(None),
            },
        };
        // One more than asked for tells whether there is a next page.
        let rows: Vec<EntryRow> =
            self.reader.all(ENTRIES, values![account, before, i64::from(limit) + 1]).await?;
        let more = rows.len() > limit as usize;
        let entries: Vec<Entry> = rows.into_iter().take(limit as usize).map(Entry::from).collect();
        let next = entries.last().filter(|_| more).map(|last| last.id.clone());
        Ok(Some(Page { entries, next }))
    }

    async fn booking_of(&self, account: i64, id: Uuid) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT t.booking_id FROM transfers t
             JOIN postings p ON p.booking_id = t.booking_id AND p.account_id = $1 WHERE t.id = $2";
        let row: Option<(i64,)> = self.reader.optional(sql, values![account, &id.to_string()]).await?;
        Ok(row.map(|(booking,)| booking))
    }
}

type EntryRow = (String, i64, i64, String, String, String, String, i64);

impl From<EntryRow> for Entry {
    fn from((id, booking, amount, currency, iban, holder, reference, created_at): EntryRow) -> Self {
        Self {
            id,
            number: number(booking),
            direction: if amount < 0 { Direction::Out } else { Direction::In },
            counterparty: Party { iban, holder },
            amount: Money { amount: amount.abs(), currency: Currency::stored(currency) },
            reference,
            created_at,
        }
    }
}

const ENTRIES: &str =
    "SELECT t.id, b.id, p.amount, b.currency, other.iban, other.holder, t.reference, b.booked_at
     FROM postings p
     JOIN bookings b ON b.id = p.booking_id
     JOIN transfers t ON t.booking_id = b.id
     JOIN accounts other ON other.id = CASE WHEN p.amount < 0 THEN b.to_account ELSE b.from_account END
     WHERE p.account_id = $1 AND p.booking_id < $2
     ORDER BY p.booking_id DESC LIMIT $3";

/// Anything that changed an account's balance: a transfer, or the opening of the account.
#[derive(Debug)]
pub(crate) struct Movement {
    pub(crate) booking: i64,
    /// A transfer's id, or the number of the booking.
    pub(crate) id: String,
    pub(crate) direction: Direction,
    /// The bank itself, where an account was opened, has no IBAN.
    pub(crate) iban: Option<String>,
    pub(crate) holder: String,
    pub(crate) amount: Money,
    pub(crate) reference: String,
    pub(crate) booked_at: i64,
    pub(crate) balance_after: Money,
}

type MovementRow = (Option<String>, i64, i64, String, Option<String>, String, Option<String>, i64, i64);

impl From<MovementRow> for Movement {
    fn from(row: MovementRow) -> Self {
        let (id, booking, amount, currency, iban, holder, reference, booked_at, balance_after) = row;
        let currency = Currency::stored(currency);
        Self {
            booking,
            id: id.unwrap_or_else(|| number(booking)),
            direction: if amount < 0 { Direction::Out } else { Direction::In },
            iban,
            holder,
            amount: Money { amount: amount.abs(), currency: currency.clone() },
            reference: reference.unwrap_or_default(),
            booked_at,
            balance_after: Money { amount: balance_after, currency },
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

impl Ledger {
    /// What was booked on an account, newest first: at most `limit`, with lower numbers than `before`.
    pub(crate) async fn movements(
        &self,
        account: i64,
        limit: u32,
        before: i64,
    ) -> Result<Vec<Movement>, LedgerError> {
        let values = values![account, before, i64::from(limit)];
        let rows: Vec<MovementRow> = self.reader.all(MOVEMENTS, values).await?;
        Ok(rows.into_iter().map(Movement::from).collect())
    }
}

const MOVEMENTS: &str =
    "SELECT t.id, b.id, p.amount, b.currency, other.iban, other.holder, t.reference, b.booked_at,
         p.balance_after
     FROM postings p
     JOIN bookings b ON b.id = p.booking_id
     LEFT JOIN transfers t ON t.booking_id = b.id
     JOIN accounts other ON other.id = CASE WHEN p.amount < 0 THEN b.to_account ELSE b.from_account END
     WHERE p.account_id = $1 AND p.booking_id < $2
     ORDER BY p.booking_id DESC LIMIT $3";
