//! Why the database cannot be used.

use std::io;
use std::path::PathBuf;

/// Why the tenant cannot read or keep what it has to remember. None of these shows a password of the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DurableError {
    /// The database's file or its folder cannot be made.
    #[error("{}, for the tenant's database, cannot be made or opened: {source}", path.display())]
    Make {
        /// The file or the folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another tenant has it.
    #[error("another tenant works with this database; stop that one, or give this one a database of its own")]
    InUse,
    /// What is there is something else.
    #[error("{} is no SQLite database; move it away, and an empty one is made in its place", path.display())]
    NoDatabase {
        /// The file.
        path: PathBuf,
    },
    /// The database failed.
    #[error("the tenant's database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The PostgreSQL server cannot be used.
    #[error("the tenant's database cannot be used: {0}")]
    Postgres(#[from] database_setup::postgres::PostgresError),
    /// The schema could not be brought up to date.
    #[error("the schema of the tenant's database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A record that this version cannot read.
    #[error(
        "the tenant's database holds a {kind} that cannot be read (at line {line}, column {column} of its JSON); another version may have written it: use that one, or begin with a new database"
    )]
    Unreadable {
        /// What it is.
        kind: &'static str,
        /// Where it cannot be read. What stands there is not told: it may be a secret.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
}
