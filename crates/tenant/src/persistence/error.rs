//! Why the database cannot be used.

use std::io;
use std::path::PathBuf;

/// Why the tenant cannot read or keep what it has to remember. None of these shows a password of the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DurableError {
    #[error("{}, for the tenant's database, cannot be made or opened: {source}", path.display())]
    Make { path: PathBuf, source: io::Error },
    #[error("another tenant works with this database; stop that one, or give this one a database of its own")]
    InUse,
    #[error("{} is no SQLite database; move it away, and an empty one is made in its place", path.display())]
    NoDatabase { path: PathBuf },
    #[error("the tenant's database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the tenant's database cannot be used: {0}")]
    Postgres(#[from] database_setup::postgres::PostgresError),
    #[error("the schema of the tenant's database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the tenant's database holds a {kind} that cannot be read (at line {line}, column {column} of its JSON); another version may have written it: use that one, or begin with a new database"
    )]
    Unreadable {
        kind: &'static str,
        /// Where it cannot be read. What stands there is not told: it may be a secret.
        line: usize,
        column: usize,
    },
}
