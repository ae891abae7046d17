//! The records in SQLite: one file, which this process has for itself.

use std::path::Path;
use std::time::Duration;

use database_setup::private;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, SqliteConnection, SqlitePool};

use super::error::DurableError;
use super::journal::Change;

/// How long an opening waits for a tenant that is just closing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
const BEGIN: &str = "BEGIN IMMEDIATE";
const SCHEMA: [(i64, &str, &str); 1] =
    [(1, "records", include_str!("../../migrations/sqlite/0001_records.sql"))];

/// Opens the file, and makes it where it is missing.
pub(super) async fn open(path: &Path) -> Result<SqlitePool, DurableError> {
    let made = |path: &Path| {
        let path = path.to_owned();
        move |source| DurableError::Make { path, source }
    };
    if let Some(folder) = path.parent() {
        private::folder(folder).map_err(made(folder))?;
    }
    private::file(path).map_err(made(path))?;
    // NORMAL: what was answered survives the end of the process, however it ends. After a power cut the last log-ins may
    // be forgotten, and then somebody logs in once more.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool =
        pool.test_before_acquire(false).connect_with(options).await.map_err(|error| known(error, path))?;
    let mut tx = pool.begin_with(BEGIN).await.map_err(|error| known(error, path))?;
    database_setup::migrator(SCHEMA).run(&mut *tx).await?;
    tx.commit().await?;
    Ok(pool)
}

/// A connection that failed is closed, and the next attempt opens another: after some failures SQLite has undone the
/// transaction by itself, and sqlx counts it as open for ever.
pub(super) async fn write(pool: &SqlitePool, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let done = write_to(&mut connection, changes).await;
    if done.is_err() {
        // Waited for, since the next connection finds the file locked by this one. What it says of itself is no news.
        let _ = connection.close().await;
    }
    done
}

async fn write_to(connection: &mut SqliteConnection, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin_with(BEGIN).await?;
    for Change { kind, key, value } in changes {
        let query = match value {
            Some(value) => {
                let sql = "INSERT INTO records (kind, key, value) VALUES ($1, $2, $3)
                           ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value";
                sqlx::query(sql).bind(kind).bind(key).bind(value)
            }
            None => sqlx::query("DELETE FROM records WHERE kind = $1 AND key = $2").bind(kind).bind(key),
        };
        query.execute(&mut *tx).await?;
    }
    tx.commit().await
}

/// What usually keeps a file from being opened: `SQLITE_BUSY` (5), `SQLITE_NOTADB` (26). An extended code has them in its
/// low byte.
fn known(error: sqlx::Error, path: &Path) -> DurableError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xFF) {
        Some(5) => DurableError::InUse,
        Some(26) => DurableError::NoDatabase { path: path.to_owned() },
        _ => error.into(),
    }
}
