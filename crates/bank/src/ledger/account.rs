//! Accounts and their customers.

use serde::Serialize;
use sqlx::FromRow;

use super::money::Money;
use super::store::{Sql, Transaction, for_each_element};

/// The customer that a token speaks for. A subject means something only together with its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

/// One end of a transfer, as the other end may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub(crate) struct Party {
    pub(crate) iban: String,
    pub(crate) holder: String,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Account {
    pub(crate) id: i64,
    #[sqlx(flatten)]
    pub(crate) party: Party,
    #[sqlx(flatten)]
    pub(crate) balance: Money,
}

pub(super) const BY_CUSTOMER: &str = "SELECT a.id, a.iban, a.holder, a.currency, coalesce(
         (SELECT balance_after FROM postings p WHERE p.account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0) AS amount
     FROM account_access c JOIN accounts a ON a.id = c.account_id WHERE c.issuer = $1 AND c.subject = $2";

/// The same for several customers: `$1` has issuer and subject of each, and the row's `key` is the customer's index.
pub(super) const BY_CUSTOMERS: Sql = for_each_element!(
    "SELECT question.key AS key, a.id, a.iban, a.holder, a.currency, coalesce(
         (SELECT balance_after FROM postings p WHERE p.account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0) AS amount
     FROM ",
    "
     JOIN account_access c ON c.issuer = question.value ->> 0 AND c.subject = question.value ->> 1
     JOIN accounts a ON a.id = c.account_id"
);

pub(super) const BY_IBAN: &str = "SELECT a.id, a.iban, a.holder, a.currency, coalesce(
         (SELECT balance_after FROM postings p WHERE p.account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0) AS amount
     FROM accounts a WHERE a.iban = $1";

pub(super) async fn find_by_iban(
    tx: &mut Transaction<'_>,
    iban: &str,
) -> Result<Option<Account>, sqlx::Error> {
    tx.fetch_optional(BY_IBAN, &[iban.into()]).await
}
