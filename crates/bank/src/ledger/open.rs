//! Opening the books: connections, migrations, the accounts that must exist, and an audit before anybody is served.

use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr, SqlitePool};

use super::account::find_by_iban;
use super::{Currency, Iban, Ledger, LedgerError, MAX_MINOR, private};
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
            Database::Postgres(_) => return Err(OpenError::PostgresNotYet),
            Database::File(path) => {
                if let Some(folder) = path.parent() {
                    private::folder(folder).map_err(|source| OpenError::make(folder, source))?;
                }
                private::file(path).map_err(|source| OpenError::make(path, source))?;
                let options = options().filename(path).journal_mode(SqliteJournalMode::Wal);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_answered_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        for database in [Database::File(folder.path().join("bank.sqlite")), Database::Memory] {
            let ledger = Ledger::open(&database).await.unwrap();
            for pool in [&ledger.writer, &ledger.reader] {
                // A power cut cannot be had in a test; FULL (2) is what SQLite documents to survive one.
                let (level,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(pool).await.unwrap();
                assert_eq!(level, 2, "{database:?}");
            }
            ledger.close().await;
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_books_are_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("new/data");
        let ledger = Ledger::open(&Database::File(folder.join("bank.sqlite"))).await.unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for name in ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        ledger.close().await;
    }

    #[tokio::test]
    async fn a_transaction_has_the_write_lock_before_it_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.sqlite");
        let first = Ledger::open(&Database::File(path.clone())).await.unwrap();
        // Another process on the same books, one that does not wait.
        let other =
            pool(1).connect_with(options().filename(&path).busy_timeout(Duration::ZERO)).await.unwrap();
        let other = Ledger { reader: other.clone(), writer: other };
        let tx = first.begin().await.unwrap();
        let LedgerError::Database(refused) = other.begin().await.unwrap_err() else {
            panic!("another error")
        };
        assert!(refused.to_string().contains("database is locked"), "{refused}");
        tx.rollback().await.unwrap();
        other.begin().await.unwrap().rollback().await.unwrap();
    }
}
