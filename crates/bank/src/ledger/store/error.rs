//! Errors of the database: why it cannot be opened, and what an error of sqlx means for its caller.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use database_setup::postgres::PostgresError;
use sqlx::Error::{
    BeginFailed, Database, InvalidSavePointStatement, Io, PoolTimedOut, Protocol, Tls, WorkerCrashed,
};
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's file or its folder cannot be made.
    #[error("{}, for the database, cannot be made or opened", path.display())]
    CreateFile {
        /// The file or the folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The PostgreSQL server cannot be used.
    #[error("the database cannot be used")]
    Postgres(#[from] PostgresError),
    /// The schema could not be brought up to date.
    #[error("the schema of the database cannot be brought up to date")]
    Migration(#[from] MigrateError),
}

/// An error of work on a connection.
pub(crate) trait Failure: From<sqlx::Error> {
    /// See [`is_unavailable`].
    fn is_unavailable(&self) -> bool;
}

impl Failure for sqlx::Error {
    fn is_unavailable(&self) -> bool {
        is_unavailable(self)
    }
}

/// Another process holds the lock of the SQLite file, and has held it for the busy timeout where SQLite waits for it.
const SQLITE_BUSY: u32 = 5;
/// Locks (`SQLITE_BUSY`, `SQLITE_LOCKED`, `SQLITE_PROTOCOL`), and a disk or a memory that is full, fails, cannot be written
/// or cannot be found (`SQLITE_NOMEM`, `SQLITE_READONLY`, `SQLITE_IOERR`, `SQLITE_FULL`, `SQLITE_CANTOPEN`). A file that
/// cannot be read may be reported as damaged (`SQLITE_CORRUPT`, `SQLITE_NOTADB`).
const SQLITE_UNAVAILABLE: [u32; 10] = [SQLITE_BUSY, 6, 7, 8, 10, 11, 13, 14, 15, 26];

// The codes of PostgreSQL are in its manual, appendix "Error Codes".

/// The connection breaks (class 08), the server lacks room on its disk, memory or connections (53), is stopped, crashes or
/// starts (57P), its system fails (58); the transaction was idle for too long (25P03), or the server only reads: it is a
/// standby, or was the primary before (25006).
const POSTGRES_UNAVAILABLE: [&str; 6] = ["08", "53", "57P", "58", "25P03", "25006"];
/// A deadlock, a serialization failure, or another transaction was first with an id or a token, which can be read now.
const POSTGRES_CONFLICT: [&str; 3] = ["40001", "40P01", "23505"];
/// A lock was not to be had within the bank's own timeout or one that the role or the server has; or conflicts persist.
const POSTGRES_LOCK_TIMEOUT: [&str; 5] = ["55P03", "57014", "25P04", "40001", "40P01"];

/// Whether the database did not answer, or cannot read or write at present. A commit may have been made or not, and may still
/// be made.
pub(crate) fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        // `Protocol`: what a proxy sends whose server is gone. The last three: sqlx found the connection in a state that it did
        // not expect, and closes it.
        Io(_)
        | Tls(_)
        | Protocol(_)
        | PoolTimedOut
        | WorkerCrashed
        | BeginFailed
        | InvalidSavePointStatement => true,
        error => {
            has_sqlite_code(error, &SQLITE_UNAVAILABLE) || has_postgres_code(error, &POSTGRES_UNAVAILABLE)
        }
    }
}

/// Whether another transaction has held a lock for too long.
pub(crate) fn is_lock_timeout(error: &sqlx::Error) -> bool {
    has_postgres_code(error, &POSTGRES_LOCK_TIMEOUT)
}

/// Whether the same transaction may succeed when it is tried again. Each order has an id, so nothing is done twice, also
/// when the first attempt was committed.
pub(crate) fn is_retryable(error: &sqlx::Error) -> bool {
    match error {
        Database(_) => {
            has_postgres_code(error, &POSTGRES_CONFLICT) || has_postgres_code(error, &POSTGRES_UNAVAILABLE)
        }
        // After a timeout, the callers have waited long enough.
        Io(error) => error.kind() != ErrorKind::TimedOut,
        _ => false,
    }
}

pub(super) fn is_sqlite_busy(error: &sqlx::Error) -> bool {
    has_sqlite_code(error, &[SQLITE_BUSY])
}

/// The low byte of an extended code is the code. PostgreSQL's codes have five characters.
fn has_sqlite_code(error: &sqlx::Error, codes: &[u32]) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.filter(|code| code.len() < 5)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| codes.contains(&(code & 0xFF)))
}

/// A code of five characters begins with its class. SQLite's codes are shorter.
fn has_postgres_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code.len() == 5 && codes.iter().any(|start| code.starts_with(start)))
}
