//! The books in SQLite: one file, one writer at a time.

use std::path::Path;
use std::time::Duration;

use database_setup::private;
use sqlx::SqlitePool;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::time::{Instant, sleep};

use super::sql::Pool;
use super::{Ledger, LedgerError};
use crate::config::OpenError;

/// Takes the write lock at once, so that what a transaction reads cannot change before it writes.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
/// More would only wait for each other.
const WRITERS: usize = 1;
const READERS: u32 = 4;
/// How long a connection waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// After a failure, or the end of a process, the log can hold a commit of which nobody knows whether it is on the disk: a
/// sync that failed once is not tried again by all systems. So all of it is written into the database file, and synced
/// there, before anything is read that somebody will rely on.
const SETTLE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// How long until it tries again where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

const SCHEMA: [(i64, &str, &str); 3] = [
    (1, "ledger", include_str!("../../migrations/sqlite/0001_ledger.sql")),
    (2, "audits", include_str!("../../migrations/sqlite/0002_audits.sql")),
    (3, "retired_keys", include_str!("../../migrations/sqlite/0003_retired_keys.sql")),
];

/// Books in a file, made where it is missing.
pub(super) async fn open_file(path: &Path) -> Result<Ledger, OpenError> {
    if let Some(folder) = path.parent() {
        private::folder(folder).map_err(|source| OpenError::make(folder, source))?;
    }
    private::file(path).map_err(|source| OpenError::make(path, source))?;
    let options = options().filename(path).journal_mode(SqliteJournalMode::Wal);
    let writer = connect(&options).await.map_err(LedgerError::from)?;
    let reader = pool(READERS).connect_lazy_with(options.pragma("query_only", "on"));
    migrate(&writer).await?;
    let writer = Pool::file(writer);
    Ok(Ledger::new(writer.clone(), Pool::file(reader), writer, WRITERS))
}

/// The first connection to a new file turns its journal into a write-ahead log, and needs the file alone for that. Of two
/// that want this at once each holds what the other waits for, so SQLite refuses instead of waiting for its busy timeout.
async fn connect(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let refused_until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match pool(1).connect_with(options.clone()).await {
            Err(error) if has_code(&error, &[BUSY]) && Instant::now() < refused_until => {
                sleep(BUSY_PAUSE).await;
            }
            answer => return answer,
        }
    }
}

/// Before the first transaction, and before the next ones after a failure until it has been possible: what somebody still
/// reads, or another process is at, is not waited for. Tells whether it was.
pub(super) async fn settle(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    match sqlx::query_as::<_, (i64, i64, i64)>(SETTLE).fetch_one(connection).await {
        Ok((_, in_log, in_file)) => Ok(in_log == in_file),
        // Another process is at it.
        Err(error) if has_code(&error, &[BUSY]) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Books in memory, which live as long as their one connection.
pub(super) async fn open_memory() -> Result<Ledger, LedgerError> {
    let writer = pool(1).connect_with(options().in_memory(true)).await?;
    migrate(&writer).await?;
    let pool = Pool::Memory(writer);
    Ok(Ledger::new(pool.clone(), pool.clone(), pool, WRITERS))
}

async fn migrate(writer: &SqlitePool) -> Result<(), LedgerError> {
    // Under the write lock, because another process may be about to make the same tables.
    let mut tx = writer.begin_with(BEGIN).await?;
    database_setup::migrator(SCHEMA).run(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Another process has a lock, and has had it for [`BUSY_TIMEOUT`] where SQLite waits for that one.
const BUSY: u32 = 5;
/// What passes: locks (`SQLITE_BUSY`, `SQLITE_LOCKED`, `SQLITE_PROTOCOL`), and a disk or a memory that is full, fails,
/// cannot be written or cannot be found (`SQLITE_NOMEM`, `SQLITE_READONLY`, `SQLITE_IOERR`, `SQLITE_FULL`,
/// `SQLITE_CANTOPEN`). A file that cannot be read is taken for a damaged one (`SQLITE_CORRUPT`, `SQLITE_NOTADB`).
const AWAY: [u32; 10] = [BUSY, 6, 7, 8, 10, 11, 13, 14, 15, 26];

/// Can the file not be read or written at present?
pub(super) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        // The connection is not what it was taken for, and is closed.
        sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed | sqlx::Error::InvalidSavePointStatement => {
            true
        }
        error => has_code(error, &AWAY),
    }
}

/// The low byte of an extended code is the code; and PostgreSQL's codes are no such numbers.
fn has_code(error: &sqlx::Error, codes: &[u32]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.filter(|code| code.len() < 5)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| codes.contains(&(code & 0xFF)))
}

fn options() -> SqliteConnectOptions {
    // FULL: what was answered with 201 is on the disk, also after a power cut.
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // A file does not hang up: no connection is tried out before it is used.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sql::Tx;

    async fn synchronous(pool: &Pool) -> i64 {
        pool.optional::<(i64,)>("PRAGMA synchronous", &[]).await.unwrap().unwrap().0
    }

    #[tokio::test]
    async fn what_is_answered_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let in_file = open_file(&folder.path().join("bank.sqlite")).await.unwrap();
        for ledger in [in_file, open_memory().await.unwrap()] {
            for pool in [&ledger.writer, &ledger.reader] {
                // A power cut cannot be had in a test; FULL (2) is what SQLite documents to survive one.
                assert_eq!(synchronous(pool).await, 2);
            }
            ledger.close().await;
        }
    }

    /// Proves: database-file-private
    #[cfg(unix)]
    #[tokio::test]
    async fn the_books_are_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("new/data");
        let ledger = open_file(&folder.join("bank.sqlite")).await.unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for name in ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        ledger.close().await;
        // What a copy or an older version left open to others is closed to them.
        let path = folder.join("bank.sqlite");
        for name in ["bank.sqlite", "bank.sqlite-wal"] {
            let beside = folder.join(name);
            std::fs::write(&beside, std::fs::read(&beside).unwrap_or_default()).unwrap();
            std::fs::set_permissions(beside, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let ledger = open_file(&path).await.unwrap();
        for name in ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        ledger.close().await;
    }

    #[tokio::test]
    async fn a_transaction_has_the_write_lock_before_it_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.sqlite");
        let first = open_file(&path).await.unwrap();
        // Another process on the same books, one that does not wait.
        let other =
            pool(1).connect_with(options().filename(&path).busy_timeout(Duration::ZERO)).await.unwrap();
        let other = Pool::file(other);
        let tx = Tx::begin(&first.writer).await.unwrap();
        let Err(refused) = Tx::begin(&other).await else { panic!("two write locks") };
        assert!(refused.to_string().contains("database is locked"), "{refused}");
        tx.commit().await.unwrap();
        Tx::begin(&other).await.unwrap().commit().await.unwrap();
    }
}
