//! Opening the books: an audit before anybody is served, and the accounts that must exist.

use std::io::ErrorKind;
use std::time::Duration;

use database_setup::Database;

use super::account::find_by_iban;
use super::sql::{Tx, values};
use super::{Currency, Iban, Ledger, LedgerError, MAX_MINOR, postgres, sqlite};
use crate::config::{OpenError, OpeningAccount};

impl Ledger {
    /// Opens the books, brings their schema up to date and audits them.
    pub(crate) async fn open(database: &Database) -> Result<Self, OpenError> {
        let ledger = match database {
            Database::Memory => sqlite::open_memory().await?,
            Database::File(path) => sqlite::open_file(path).await?,
            Database::Postgres(url) => postgres::open(url).await?,
        };
        ledger.audit_news().await?;
        Ok(ledger)
    }

    /// Sees to it that an account exists and that its customer may use it. One that exists is not touched.
    pub(crate) async fn ensure_account(
        &self,
        wanted: &OpeningAccount,
        issuer: &str,
        now: i64,
    ) -> Result<(), OpenError> {
        in_time(self.try_to_ensure_account(wanted, issuer, now)).await
    }

    async fn try_to_ensure_account(
        &self,
        wanted: &OpeningAccount,
        issuer: &str,
        now: i64,
    ) -> Result<(), OpenError> {
        let iban = Iban::parse(&wanted.iban)
            .map_err(|reason| OpenError::OpeningIban { iban: wanted.iban.clone(), reason })?;
        let refuse = |reason| OpenError::OpeningAccount { iban: iban.to_string(), reason };
        if !(0..=MAX_MINOR).contains(&wanted.balance_minor) {
            return Err(refuse("the opening balance must be from 0 to 9007199254740991 minor units"));
        }
        let currency = Currency::parse(&wanted.currency)
            .ok_or_else(|| refuse("the currency must be three capital letters, as in `EUR`"))?;
        if currency.minor_digits().is_none() {
            return Err(refuse("ISO 4217 gives the currency no minor unit"));
        }

        let mut tx = Tx::begin(&self.writer).await.map_err(LedgerError::from)?;
        if let Tx::Postgres(..) = &tx {
            postgres::lock_opening(&mut tx).await.map_err(LedgerError::from)?;
        }
        let account = match find_by_iban(&mut tx, iban.as_str()).await? {
            Some(account) if account.balance.currency != currency => {
                return Err(refuse("the account exists in another currency"));
            }
            Some(account) => account.id,
            None => create(&mut tx, &iban, wanted, now).await?,
        };
        if let Some(subject) = &wanted.subject {
            let (granted,): (i64,) = tx
                .one(
                    "INSERT INTO account_access (issuer, subject, account_id) VALUES ($1, $2, $3)
                     ON CONFLICT (issuer, subject) DO UPDATE SET account_id = account_access.account_id
                     RETURNING account_id",
                    values![issuer, subject, account],
                )
                .await
                .map_err(LedgerError::from)?;
            if granted != account {
                return Err(refuse("its customer already has another account here"));
            }
        }
        tx.commit().await.map_err(LedgerError::from)?;
        Ok(())
    }
}

/// How long a write may take while the bank opens. A server whose standby is away commits nothing, and says nothing either.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Does this, or says that the database does not answer.
pub(super) async fn in_time<T, E: From<LedgerError>>(
    write: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let late = |_| Err(LedgerError::from(sqlx::Error::Io(ErrorKind::TimedOut.into())).into());
    tokio::time::timeout(WRITE_TIMEOUT, write).await.unwrap_or_else(late)
}

async fn create(tx: &mut Tx<'_>, iban: &Iban, wanted: &OpeningAccount, now: i64) -> Result<i64, OpenError> {
    tx.run(
        "INSERT INTO accounts (kind, holder, currency) VALUES ('equity', 'Opening balances', $1)
         ON CONFLICT DO NOTHING",
        values![&wanted.currency],
    )
    .await
    .map_err(LedgerError::from)?;
    let (account,): (i64,) = tx
        .one(
            "INSERT INTO accounts (kind, iban, holder, currency) VALUES ('customer', $1, $2, $3) RETURNING id",
            values![iban.as_str(), &wanted.holder, &wanted.currency],
        )
        .await
        .map_err(LedgerError::from)?;
    if wanted.balance_minor > 0 {
        tx.run(
            "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
             SELECT 'opening', id, $1, $2, $3, $4 FROM accounts WHERE kind = 'equity' AND currency = $3",
            values![account, wanted.balance_minor, &wanted.currency, now],
        )
        .await
        .map_err(|error| match error.as_database_error() {
            // The equity account mirrors all opening balances, and has the limits of every other account.
            Some(database) if database.is_check_violation() => OpenError::OpeningAccount {
                iban: iban.to_string(),
                reason: "all opening balances together must be at most 9007199254740991 minor units",
            },
            _ => LedgerError::from(error).into(),
        })?;
    }
    Ok(account)
}
