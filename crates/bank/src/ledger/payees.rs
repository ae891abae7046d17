//! Payees that customers have saved, and whether a name belongs to an IBAN.

use serde::Serialize;
use sqlx::FromRow;

use super::account::{Account, BY_IBAN, Customer};
use super::checked_name::{MAX_NAME_LENGTH, NameCheckResult, is_name};
use super::error::LedgerError;
use super::handle::Ledger;
use super::iban::{Iban, IbanError};
use super::store::{Connection, SqlValue};

/// Of one customer.
const MAX_PAYEES: i64 = 500;

/// Somebody whom a customer pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub(crate) struct Payee {
    iban: String,
    name: String,
}

/// Why a payee is not saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PayeeError {
    #[error(transparent)]
    Iban(#[from] IbanError),
    #[error("a name has 1 to {MAX_NAME_LENGTH} characters, all of them visible, and no line breaks")]
    Name,
    #[error("{MAX_PAYEES} payees can be saved; delete one of them")]
    TooMany,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The answer of Verification of Payee, Regulation (EU) 2024/886.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct NameCheck {
    result: NameCheckResult,
    /// The holder's, where the two are so close that it gives nothing away.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Payee {
    /// With an IBAN and a name as people write them.
    pub(crate) fn parse(iban: &str, name: &str) -> Result<Self, PayeeError> {
        let (iban, name) = (Iban::parse(iban)?, name.trim());
        if !is_name(name) {
            return Err(PayeeError::Name);
        }
        Ok(Self { iban: iban.as_str().to_owned(), name: name.to_owned() })
    }
}

impl Ledger {
    /// The payees that this customer has saved, by name.
    pub(crate) async fn payees(&self, customer: &Customer) -> Result<Vec<Payee>, LedgerError> {
        let sql = "SELECT iban, name FROM payees WHERE issuer = $1 AND subject = $2 ORDER BY name, iban";
        let values = [(&customer.issuer).into(), (&customer.subject).into()];
        Ok(self.store.reader.fetch_all(sql, &values).await?)
    }

    /// Saves a payee, or gives a saved one this name. Returns whether it is a new one.
    pub(crate) async fn save_payee(
        &self,
        customer: &Customer,
        payee: &Payee,
        now: i64,
    ) -> Result<bool, PayeeError> {
        let save = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            let [issuer, subject, iban, name] =
                [&customer.issuer, &customer.subject, &payee.iban, &payee.name].map(SqlValue::from);
            let known = "SELECT saved_at FROM payees WHERE issuer = $1 AND subject = $2 AND iban = $3";
            let is_new = tx.fetch_number(known, &[issuer, subject, iban]).await?.is_none();
            let count = "SELECT count(*) FROM payees WHERE issuer = $1 AND subject = $2";
            if is_new && tx.fetch_number(count, &[issuer, subject]).await? >= Some(MAX_PAYEES) {
                return Ok(None);
            }
            let sql = "INSERT INTO payees (issuer, subject, iban, name, saved_at) VALUES ($1, $2, $3, $4, $5)
                       ON CONFLICT (issuer, subject, iban) DO UPDATE SET name = excluded.name";
            tx.execute(sql, &[issuer, subject, iban, name, now.into()]).await?;
            tx.commit().await?;
            Ok(Some(is_new))
        };
        self.write_beside(save).await?.ok_or(PayeeError::TooMany)
    }

    /// Deletes a payee of this customer, if there is one with this IBAN.
    pub(crate) async fn delete_payee(&self, customer: &Customer, iban: &Iban) -> Result<(), LedgerError> {
        let delete = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            let sql = "DELETE FROM payees WHERE issuer = $1 AND subject = $2 AND iban = $3";
            let values = [(&customer.issuer).into(), (&customer.subject).into(), iban.as_str().into()];
            tx.execute(sql, &values).await?;
            Ok(tx.commit().await?)
        };
        self.write_beside(delete).await
    }

    /// Whether this is the name of the holder of the account with this IBAN.
    pub(crate) async fn check_name(&self, payee: &Payee) -> Result<NameCheck, LedgerError> {
        let account: Option<Account> =
            self.store.reader.fetch_optional(BY_IBAN, &[(&payee.iban).into()]).await?;
        let holder = account.map(|account| account.party.holder);
        let result = NameCheckResult::of(&payee.name, holder.as_deref());
        Ok(NameCheck { result, name: holder.filter(|_| result == NameCheckResult::CloseMatch) })
    }
}
