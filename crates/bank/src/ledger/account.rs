//! Accounts: who may use which one, and what is on it.

use super::sql::{Texts, Tx, each, values};
use super::{Currency, Ledger, LedgerError, Money, Party};

/// The customer that a token speaks for. A subject means something only together with its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

/// An account as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) party: Party,
    pub(crate) balance: Money,
}

pub(super) type Row = (i64, String, String, String, i64);

impl From<Row> for Account {
    fn from((id, iban, holder, currency, amount): Row) -> Self {
        let balance = Money { amount, currency: Currency::stored(currency) };
        Self { id, party: Party { iban, holder }, balance }
    }
}

pub(super) const BY_CUSTOMER: &str = "SELECT a.id, a.iban, a.holder, a.currency, coalesce(
         (SELECT balance_after FROM postings p WHERE p.account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0)
     FROM account_access c JOIN accounts a ON a.id = c.account_id WHERE c.issuer = $1 AND c.subject = $2";

/// The same for several customers: `$1` has issuer and subject of each, and a row begins with the place of its customer.
pub(super) const BY_CUSTOMERS: Texts = each!(
    "SELECT question.key, a.id, a.iban, a.holder, a.currency, coalesce(
         (SELECT balance_after FROM postings p WHERE p.account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0)
     FROM ",
    "
     JOIN account_access c ON c.issuer = question.value ->> 0 AND c.subject = question.value ->> 1
     JOIN accounts a ON a.id = c.account_id"
);

const BY_IBAN: &str = "SELECT a.id, a.iban, a.holder, a.currency, coalesce(
         (SELECT balance_after FROM postings p WHERE p.account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0)
     FROM accounts a WHERE a.iban = $1";

impl Ledger {
    /// The account a customer may use.
    pub(crate) async fn account_of(&self, customer: &Customer) -> Result<Option<Account>, LedgerError> {
        self.lookups.account_of(customer).await
    }

    /// What is on the account with this IBAN (without blanks), in minor units.
    pub async fn balance(&self, iban: &str) -> Result<Option<i64>, LedgerError> {
        let row: Option<Row> = self.reader.optional(BY_IBAN, values![iban]).await?;
        Ok(row.map(|row| Account::from(row).balance.amount))
    }
}

pub(super) async fn find_by_iban(tx: &mut Tx<'_>, iban: &str) -> Result<Option<Account>, LedgerError> {
    let row: Option<Row> = tx.optional(BY_IBAN, values![iban]).await?;
    Ok(row.map(Account::from))
}
