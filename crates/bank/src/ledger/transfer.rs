//! Transfers that were carried out.

use sqlx::FromRow;
use uuid::Uuid;

use super::account::Party;
use super::error::LedgerError;
use super::money::{Currency, Money};
use super::store::Transaction;

/// A transfer that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// The UUID that the client chose, hyphenated, in small letters.
    pub(crate) id: String,
    /// See [`transfer_number`].
    pub(crate) number: String,
    pub(crate) payer: Party,
    pub(crate) payee: Party,
    pub(crate) amount: Money,
    pub(crate) reference: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// What the payer had left.
    pub(crate) balance_after: Money,
}

/// What people read to each other on the phone: short, and unique because bookings are numbered.
pub(super) fn transfer_number(booking: i64) -> String {
    format!("T-{booking:08}")
}

#[derive(FromRow)]
pub(super) struct TransferRow {
    id: String,
    booking: i64,
    payer_iban: String,
    payer_holder: String,
    payee_iban: String,
    payee_holder: String,
    amount: i64,
    currency: Currency,
    reference: String,
    booked_at: i64,
    balance_after: i64,
}

pub(super) const BY_ID: &str = "SELECT t.id, b.id AS booking, payer.iban AS payer_iban, payer.holder AS payer_holder,
         payee.iban AS payee_iban, payee.holder AS payee_holder, b.amount, b.currency, t.reference, b.booked_at,
         p.balance_after
     FROM transfers t
     JOIN bookings b ON b.id = t.booking_id
     JOIN accounts payer ON payer.id = b.from_account
     JOIN accounts payee ON payee.id = b.to_account
     JOIN postings p ON p.booking_id = b.id AND p.account_id = b.from_account
     WHERE t.id = $1";

impl From<TransferRow> for Transfer {
    fn from(row: TransferRow) -> Self {
        let currency = row.currency;
        Self {
            id: row.id,
            number: transfer_number(row.booking),
            payer: Party { iban: row.payer_iban, holder: row.payer_holder },
            payee: Party { iban: row.payee_iban, holder: row.payee_holder },
            amount: Money { amount: row.amount, currency: currency.clone() },
            reference: row.reference,
            created_at: row.booked_at,
            balance_after: Money { amount: row.balance_after, currency },
        }
    }
}

pub(super) async fn find(tx: &mut Transaction<'_>, id: Uuid) -> Result<Option<Transfer>, LedgerError> {
    let row: Option<TransferRow> = tx.fetch_optional(BY_ID, &[(&id.to_string()).into()]).await?;
    Ok(row.map(Transfer::from))
}
