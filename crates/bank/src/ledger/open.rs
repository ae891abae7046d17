//! Opening the ledger: an audit before anybody is served, and the accounts that must exist.

use database_setup::Database;

use super::account::find_by_iban;
use super::error::LedgerError;
use super::handle::{Ledger, with_write_timeout};
use super::iban::{Iban, IbanError};
use super::locks::lock_opening;
use super::money::{Currency, MAX_MINOR, minor_digits};
use super::store::{LedgerStore, StoreError, Transaction};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningAccount {
    /// Its IBAN; blanks are ignored.
    pub iban: String,
    /// Its holder's name, as other customers see it.
    pub holder: String,
    /// The `sub` (at the configured issuer) that may use it; `None` for an account nobody logs in to.
    pub subject: Option<String>,
    /// What it starts with, in minor units of ISO 4217 (cents, whole yen); not below zero.
    pub balance_minor: i64,
    /// ISO 4217 code, as in `EUR`.
    pub currency: String,
}

#[derive(Debug, thiserror::Error)]
pub enum LedgerOpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("opening account `{iban}`: {reason}")]
    OpeningIban { iban: String, reason: IbanError },
    #[error("opening account {iban}: {reason}")]
    OpeningAccount { iban: String, reason: &'static str },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<sqlx::Error> for LedgerOpenError {
    fn from(error: sqlx::Error) -> Self {
        LedgerError::from(error).into()
    }
}

impl Ledger {
    /// Opens the ledger, brings its schema up to date and audits it.
    pub(crate) async fn open(database: &Database) -> Result<Self, LedgerOpenError> {
        let ledger = Self::new(LedgerStore::open(database).await?);
        ledger.audit_since_last().await?;
        Ok(ledger)
    }

    /// Ensures that an account exists and that its customer may use it. One that exists is not changed.
    pub(crate) async fn ensure_account(
        &self,
        wanted: &OpeningAccount,
        issuer: &str,
        now: i64,
    ) -> Result<(), LedgerOpenError> {
        with_write_timeout(self.try_to_ensure_account(wanted, issuer, now)).await
    }

    async fn try_to_ensure_account(
        &self,
        wanted: &OpeningAccount,
        issuer: &str,
        now: i64,
    ) -> Result<(), LedgerOpenError> {
        let iban = Iban::parse(&wanted.iban)
            .map_err(|reason| LedgerOpenError::OpeningIban { iban: wanted.iban.clone(), reason })?;
        let refuse = |reason| LedgerOpenError::OpeningAccount { iban: iban.to_string(), reason };
        if !(0..=MAX_MINOR).contains(&wanted.balance_minor) {
            return Err(refuse("the opening balance must be from 0 to 9007199254740991 minor units"));
        }
        let currency = Currency::parse(&wanted.currency)
            .ok_or_else(|| refuse("the currency must be three capital letters, as in `EUR`"))?;
        if minor_digits(currency.as_str()).is_none() {
            return Err(refuse("ISO 4217 gives the currency no minor unit"));
        }

        let mut tx = self.store.writer.begin().await?;
        lock_opening(&mut tx).await?;
        let account = match find_by_iban(&mut tx, iban.as_str()).await? {
            Some(account) if account.balance.currency != currency => {
                return Err(refuse("the account exists in another currency"));
            }
            Some(account) => account.id,
            None => insert_account(&mut tx, &iban, wanted, now).await?,
        };
        if let Some(subject) = &wanted.subject {
            let sql = "INSERT INTO account_access (issuer, subject, account_id) VALUES ($1, $2, $3)
                     ON CONFLICT (issuer, subject) DO UPDATE SET account_id = account_access.account_id
                     RETURNING account_id";
            let granted = tx.fetch_number(sql, &[issuer.into(), subject.into(), account.into()]).await?;
            if granted != Some(account) {
                return Err(refuse("its customer already has another account here"));
            }
        }
        Ok(tx.commit().await?)
    }
}

async fn insert_account(
    tx: &mut Transaction<'_>,
    iban: &Iban,
    wanted: &OpeningAccount,
    now: i64,
) -> Result<i64, LedgerOpenError> {
    let currency = (&wanted.currency).into();
    let sql = "INSERT INTO accounts (kind, holder, currency) VALUES ('equity', 'Opening balances', $1)
         ON CONFLICT DO NOTHING";
    tx.execute(sql, &[currency]).await?;
    let sql =
        "INSERT INTO accounts (kind, iban, holder, currency) VALUES ('customer', $1, $2, $3) RETURNING id";
    let account = tx.fetch_number(sql, &[iban.as_str().into(), (&wanted.holder).into(), currency]).await?;
    let account = account.ok_or(LedgerError::UnexpectedRows)?;
    if wanted.balance_minor > 0 {
        let sql = "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
             SELECT 'opening', id, $1, $2, $3, $4 FROM accounts WHERE kind = 'equity' AND currency = $3";
        let values = [account.into(), wanted.balance_minor.into(), currency, now.into()];
        tx.execute(sql, &values).await.map_err(|error| match error.as_database_error() {
            // The equity account mirrors all opening balances, and has the limits of every other account.
            Some(database) if database.is_check_violation() => LedgerOpenError::OpeningAccount {
                iban: iban.to_string(),
                reason: "all opening balances together must be at most 9007199254740991 minor units",
            },
            _ => error.into(),
        })?;
    }
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the limit of all balances is a mistake in the configuration.
    #[tokio::test]
    async fn database_failure_is_not_blamed_on_opening_balance() {
        let ledger = Ledger::open(&Database::Memory).await.unwrap();
        let mut tx = ledger.store.writer.begin().await.unwrap();
        let rule = "CREATE TRIGGER t BEFORE INSERT ON bookings BEGIN SELECT RAISE(ABORT, 'refused'); END";
        tx.execute(rule, &[]).await.unwrap();
        tx.commit().await.unwrap();
        let account = OpeningAccount {
            iban: "DE89370400440532013000".into(),
            holder: "Ada".into(),
            subject: None,
            balance_minor: 1,
            currency: "EUR".into(),
        };
        let failed = ledger.ensure_account(&account, "issuer", 0).await.unwrap_err();
        assert!(matches!(failed, LedgerOpenError::Ledger(LedgerError::Database(_))), "{failed:?}");
    }
}
