//! Errors of the database: why it cannot be opened, and what an error of sqlx means for its caller.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use database_setup::postgres::PostgresError;
use sqlx::Error::{
    BeginFailed, Database, InvalidSavePointStatement, Io, PoolTimedOut, Protocol, Tls, WorkerCrashed,
};
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}, for the database, cannot be made or opened", path.display())]
    CreateFile { path: PathBuf, source: io::Error },
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the database cannot be used")]
    Postgres(#[from] PostgresError),
    #[error("the schema of the database cannot be brought up to date")]
    Migration(#[from] MigrateError),
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

#[cfg(test)]
pub(crate) mod tests {
    use std::borrow::Cow;
    use std::error::Error;
    use std::fmt;

    use sqlx::error::ErrorKind as Kind;

    use super::*;

    /// What a database reports with this code.
    #[derive(Debug)]
    struct Reported(&'static str);

    impl fmt::Display for Reported {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Reported {}

    impl DatabaseError for Reported {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> Kind {
            Kind::Other
        }
    }

    pub(crate) fn reported(code: &'static str) -> sqlx::Error {
        Database(Box::new(Reported(code)))
    }

    /// Of each error: whether the database is unavailable, a lock was not to be had, another attempt is worth it, and the
    /// file is locked.
    fn judge(error: &sqlx::Error) -> [bool; 4] {
        [is_unavailable(error), is_lock_timeout(error), is_retryable(error), is_sqlite_busy(error)]
    }

    #[test]
    fn codes_of_sqlite_mean_what_its_documentation_says() {
        // SQLITE_BUSY, and SQLITE_BUSY_SNAPSHOT, which is one of its extended codes.
        for busy in ["5", "517"] {
            assert_eq!(judge(&reported(busy)), [true, false, false, true], "{busy}");
        }
        // SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_FSYNC, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_NOTADB.
        for unavailable in ["13", "10", "1034", "8", "14", "26"] {
            assert_eq!(judge(&reported(unavailable)), [true, false, false, false], "{unavailable}");
        }
        // SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_CONSTRAINT_UNIQUE, and what is no code.
        for other in ["1", "19", "2067", "none"] {
            assert_eq!(judge(&reported(other)), [false; 4], "{other}");
        }
    }

    #[test]
    fn codes_of_postgresql_mean_what_its_manual_says() {
        // A broken connection, a full disk, too many connections, a shutdown, a failed system, a standby.
        for unavailable in ["08006", "53100", "53300", "57P01", "58030", "25P03", "25006"] {
            assert_eq!(judge(&reported(unavailable)), [true, false, true, false], "{unavailable}");
        }
        // A serialization failure and a deadlock may pass; who waited for a lock in vain has waited long enough.
        for conflict in ["40001", "40P01"] {
            assert_eq!(judge(&reported(conflict)), [false, true, true, false], "{conflict}");
        }
        for timeout in ["55P03", "57014", "25P04"] {
            assert_eq!(judge(&reported(timeout)), [false, true, false, false], "{timeout}");
        }
        assert_eq!(judge(&reported("23505")), [false, false, true, false], "unique_violation");
        // A check, and codes that begin like SQLite's.
        for other in ["23514", "00005", "00013"] {
            assert_eq!(judge(&reported(other)), [false; 4], "{other}");
        }
    }

    #[test]
    fn broken_connection_is_retried_unless_it_took_its_time() {
        let reset = || Io(io::Error::from(ErrorKind::ConnectionReset));
        assert_eq!(judge(&reset()), [true, false, true, false]);
        assert_eq!(judge(&Io(io::Error::from(ErrorKind::TimedOut))), [true, false, false, false]);
        for error in [PoolTimedOut, WorkerCrashed, BeginFailed, Protocol("no reply".into())] {
            assert_eq!(judge(&error), [true, false, false, false], "{error}");
        }
        assert_eq!(judge(&sqlx::Error::RowNotFound), [false; 4]);
    }
}
