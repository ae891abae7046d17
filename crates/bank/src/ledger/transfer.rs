//! Transfers that were carried out.

use sqlx::FromRow;
use uuid::Uuid;

use super::account::Party;
use super::checked_name::RecordedName;
use super::money::Currency;
use super::store::Transaction;

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Transfer {
    /// The UUID that the client chose, hyphenated, in small letters.
    pub(crate) id: String,
    pub(crate) booking: i64,
    pub(crate) payer_iban: String,
    pub(crate) payer_holder: String,
    pub(crate) payee_iban: String,
    pub(crate) payee_holder: String,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) reference: String,
    #[sqlx(flatten)]
    pub(crate) name: RecordedName,
    /// Unix seconds.
    pub(crate) booked_at: i64,
    /// What the payer had left.
    pub(crate) balance_after: i64,
}

/// What people read to each other on the phone: short, and unique because bookings are numbered.
pub(crate) fn transfer_number(booking: i64) -> String {
    format!("T-{booking:08}")
}

pub(super) const BY_ID: &str = "SELECT t.id, b.id AS booking, payer.iban AS payer_iban, payer.holder AS payer_holder,
         payee.iban AS payee_iban, payee.holder AS payee_holder, b.amount, b.currency, t.reference, t.payee_name, t.name_check,
         b.booked_at, p.balance_after
     FROM transfers t
     JOIN bookings b ON b.id = t.booking_id
     JOIN accounts payer ON payer.id = b.from_account
     JOIN accounts payee ON payee.id = b.to_account
     JOIN postings p ON p.booking_id = b.id AND p.account_id = b.from_account
     WHERE t.id = $1";

impl Transfer {
    pub(crate) fn payer(&self) -> Party {
        Party { iban: self.payer_iban.clone(), holder: self.payer_holder.clone() }
    }

    pub(crate) fn payee(&self) -> Party {
        Party { iban: self.payee_iban.clone(), holder: self.payee_holder.clone() }
    }
}

pub(super) async fn find(tx: &mut Transaction<'_>, id: Uuid) -> Result<Option<Transfer>, sqlx::Error> {
    tx.fetch_optional(BY_ID, &[(&id.to_string()).into()]).await
}
