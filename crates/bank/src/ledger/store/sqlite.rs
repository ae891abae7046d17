//! SQLite: one file, one writer at a time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use database_setup::private;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{FromRow, SqlitePool};
use tokio::time::{Instant, sleep};

use super::error::{StoreError, is_sqlite_busy};

/// Takes the write lock at once, so that what a transaction reads cannot change before it writes.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
/// More would only wait for each other.
pub(super) const WRITERS: u32 = 1;
const READERS: u32 = 4;
/// How long a connection waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before another attempt where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

const SCHEMA: [(i64, &str, &str); 5] = [
    (1, "ledger", include_str!("../../../migrations/sqlite/0001_ledger.sql")),
    (2, "audits", include_str!("../../../migrations/sqlite/0002_audits.sql")),
    (3, "retired_keys", include_str!("../../../migrations/sqlite/0003_retired_keys.sql")),
    (4, "payees", include_str!("../../../migrations/sqlite/0004_payees.sql")),
    (5, "checked_names", include_str!("../../../migrations/sqlite/0005_checked_names.sql")),
];

/// The pools for writing and reading a file, which is created where it is missing.
pub(super) async fn open_file(path: &Path) -> Result<(SqlitePool, SqlitePool), StoreError> {
    let create_error = |path: &Path, source| StoreError::CreateFile { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        private::folder(folder).map_err(|source| create_error(folder, source))?;
    }
    private::file(path).map_err(|source| create_error(path, source))?;
    let options = options().filename(path).journal_mode(SqliteJournalMode::Wal);
    let writer = connect(&options).await?;
    let reader = pool(READERS).connect_lazy_with(options.pragma("query_only", "on"));
    migrate(&writer).await?;
    Ok((writer, reader))
}

/// A database in memory, which lives as long as its one connection.
pub(super) async fn open_memory() -> Result<SqlitePool, StoreError> {
    let pool = pool(1).connect_with(options().in_memory(true)).await?;
    migrate(&pool).await?;
    Ok(pool)
}

/// The write-ahead log of a file. After a failure, or the end of a process, it can hold a commit that may not be on the
/// disk: not all systems repeat a sync that failed. So all of it is written into the database file, and synced there, before
/// a transaction reads anything.
#[derive(Debug, Clone, Default)]
pub(crate) struct SqliteJournal {
    is_settled: Arc<AtomicBool>,
}

#[derive(FromRow)]
struct Checkpoint {
    log: i64,
    checkpointed: i64,
}

impl SqliteJournal {
    /// Called before the first transaction, and after a failure before each one until it succeeds. It does not wait for
    /// readers or for other processes.
    pub(super) async fn settle(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        if self.is_settled.load(Ordering::Acquire) {
            return Ok(());
        }
        let checkpoint = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(connection).await;
        let is_settled = match checkpoint {
            Ok(Checkpoint { log, checkpointed }) => log == checkpointed,
            Err(error) if is_sqlite_busy(&error) => false,
            Err(error) => return Err(error),
        };
        self.is_settled.store(is_settled, Ordering::Release);
        Ok(())
    }

    pub(super) fn mark_unsettled(&self) {
        self.is_settled.store(false, Ordering::Release);
    }
}

/// The first connection to a new file turns its journal into a write-ahead log, and needs the file alone for that. Of two
/// that want this at once each holds what the other waits for, so SQLite refuses instead of waiting for its busy timeout.
async fn connect(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let refused_until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match pool(1).connect_with(options.clone()).await {
            Err(error) if is_sqlite_busy(&error) && Instant::now() < refused_until => {
                sleep(BUSY_PAUSE).await;
            }
            connected => return connected,
        }
    }
}

async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    // Under the write lock, because another process may be about to create the same tables.
    let mut tx = writer.begin_with(BEGIN).await?;
    database_setup::migrator(SCHEMA).run(&mut *tx).await?;
    Ok(tx.commit().await?)
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

    async fn synchronous(pool: &SqlitePool) -> i64 {
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn commits_are_synced_to_disk() {
        let folder = tempfile::tempdir().unwrap();
        let in_memory = open_memory().await.unwrap();
        let (writer, reader) = open_file(&folder.path().join("bank.sqlite")).await.unwrap();
        for pool in [writer, reader, in_memory] {
            // A power cut cannot be had in a test; FULL (2) is what SQLite documents to survive one.
            assert_eq!(synchronous(&pool).await, 2);
            pool.close().await;
        }
    }

    /// Proves: database-file-private
    #[cfg(unix)]
    #[tokio::test]
    async fn database_file_is_private_to_user() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("new/data");
        let (writer, _reader) = open_file(&folder.join("bank.sqlite")).await.unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for name in ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        writer.close().await;
        // What a copy or an older version left open to others is closed to them.
        let path = folder.join("bank.sqlite");
        for name in ["bank.sqlite", "bank.sqlite-wal"] {
            let beside = folder.join(name);
            std::fs::write(&beside, std::fs::read(&beside).unwrap_or_default()).unwrap();
            std::fs::set_permissions(beside, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let (writer, _reader) = open_file(&path).await.unwrap();
        for name in ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        writer.close().await;
    }

    #[tokio::test]
    async fn transaction_takes_write_lock_before_it_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.sqlite");
        let (first, _reader) = open_file(&path).await.unwrap();
        // Another process on the same file, one that does not wait.
        let other =
            pool(1).connect_with(options().filename(&path).busy_timeout(Duration::ZERO)).await.unwrap();
        let tx = first.begin_with(BEGIN).await.unwrap();
        let Err(refused) = other.begin_with(BEGIN).await else { panic!("two write locks") };
        assert!(refused.to_string().contains("database is locked"), "{refused}");
        tx.commit().await.unwrap();
        other.begin_with(BEGIN).await.unwrap().commit().await.unwrap();
    }
}
