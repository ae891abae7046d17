//! Opening the books: connections, migrations, the accounts that must exist, and an audit before anybody is served.

use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr, SqlitePool};

use super::account::find_by_iban;
use super::{Currency, Iban, Ledger, LedgerError, MAX_MINOR};
use crate::config::{Database, OpenError, OpeningAccount};

/// How long a connection waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

impl Ledger {
    /// Opens the books, brings their schema up to date and audits them.
    pub(crate) async fn open(database: &Database) -> Result<Self, OpenError> {
        let ledger = match database {
            Database::Memory => {
                // A database in memory lives as long as its one connection.
                let writer =
                    pool(1).connect_with(options().in_memory(true)).await.map_err(LedgerError::from)?;
                Self { reader: writer.clone(), writer }
            }
            Database::File(path) => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)
                        .map_err(|source| OpenError::Folder { path: folder.to_owned(), source })?;
                }
                let options =
                    options().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
                let writer = pool(1).connect_with(options.clone()).await.map_err(LedgerError::from)?;
                let reader = pool(READERS).connect_lazy_with(options.pragma("query_only", "on"));
                Self { writer, reader }
            }
        };
        migrator().run(&ledger.writer).await.map_err(LedgerError::from)?;
        ledger.audit().await?;
        Ok(ledger)
    }

    /// Sees to it that an account exists and that its customer may use it. One that exists is not touched.
    pub(crate) async fn ensure_account(
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

        let mut tx = self.begin().await?;
        let account = match find_by_iban(&mut tx, iban.as_str()).await? {
            Some(account) if account.balance.currency != currency => {
                return Err(refuse("the account exists in another currency"));
            }
            Some(account) => account.id,
            None => create(&mut tx, &iban, wanted, now).await?,
        };
        if let Some(subject) = &wanted.subject {
            let (granted,): (i64,) = sqlx::query_as(
                "INSERT INTO account_access (issuer, subject, account_id) VALUES (?1, ?2, ?3)
                 ON CONFLICT (issuer, subject) DO UPDATE SET account_id = account_id RETURNING account_id",
            )
            .bind(issuer)
            .bind(subject)
            .bind(account)
            .fetch_one(&mut *tx)
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

fn options() -> SqliteConnectOptions {
    // FULL: what was answered with 201 is on the disk, also after a power cut.
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None)
}

/// The schema, one file a step. A step that has been released is never edited: its checksum is in the databases.
fn migrator() -> Migrator {
    let steps = [(1, "ledger", include_str!("../../migrations/0001_ledger.sql"))];
    let migrations = steps.map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}

async fn create(
    tx: &mut super::Tx,
    iban: &Iban,
    wanted: &OpeningAccount,
    now: i64,
) -> Result<i64, OpenError> {
    sqlx::query(
        "INSERT INTO accounts (kind, holder, currency) VALUES ('equity', 'Opening balances', ?1)
         ON CONFLICT DO NOTHING",
    )
    .bind(&wanted.currency)
    .execute(&mut **tx)
    .await
    .map_err(LedgerError::from)?;
    let (account,): (i64,) = sqlx::query_as(
        "INSERT INTO accounts (kind, iban, holder, currency) VALUES ('customer', ?1, ?2, ?3) RETURNING id",
    )
    .bind(iban.as_str())
    .bind(&wanted.holder)
    .bind(&wanted.currency)
    .fetch_one(&mut **tx)
    .await
    .map_err(LedgerError::from)?;
    if wanted.balance_minor > 0 {
        sqlx::query(
            "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
             SELECT 'opening', id, ?1, ?2, ?3, ?4 FROM accounts WHERE kind = 'equity' AND currency = ?3",
        )
        .bind(account)
        .bind(wanted.balance_minor)
        .bind(&wanted.currency)
        .bind(now)
        .execute(&mut **tx)
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

/// The pool type, named once so that another database has one place to come in.
pub(super) type Pool = SqlitePool;
