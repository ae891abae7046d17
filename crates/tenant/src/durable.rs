//! What survives a restart. The tenant works in its memory ([`crate::store`]); each change to a [`Table`] is also written
//! to a database, in the order in which it was made, and nobody is answered before the changes of their request are
//! there, nor before those are there that it tells of ([`Journal::settled`]). At the start the tables are read back.
//!
//! To make something durable, give it a [`Record`] and keep it in a [`Table`]. One process at a time has the database:
//! the memory of another would not notice what this one writes.

mod journal;
mod postgres;
mod sqlite;
mod table;
mod writer;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use database_setup::Database;

pub(crate) use journal::{Change, Journal};
pub(crate) use table::{Record, Table};

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

/// The records of a database, by kind: their keys and values.
#[derive(Default)]
pub(crate) struct Loaded(HashMap<String, Vec<(String, String)>>);

impl Loaded {
    fn new(rows: Vec<(String, String, String)>) -> Self {
        let mut kinds: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for (kind, key, value) in rows {
            kinds.entry(kind).or_default().push((key, value));
        }
        Self(kinds)
    }
}

/// A database that this process alone has.
enum Connected {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

/// Reads what was kept, and begins to keep what comes.
pub(crate) async fn open(database: &Database) -> Result<(Loaded, Journal), DurableError> {
    let connected = match database {
        Database::Memory => return Ok((Loaded::default(), Journal::default())),
        Database::File(path) => Connected::Sqlite(sqlite::open(path).await?),
        Database::Postgres(url) => Connected::Postgres(postgres::open(url).await?),
    };
    let loaded = Loaded::new(connected.load().await?);
    Ok((loaded, writer::start(connected)))
}

impl Connected {
    async fn load(&self) -> Result<Vec<(String, String, String)>, sqlx::Error> {
        match self {
            Self::Sqlite(pool) => {
                sqlx::query_as("SELECT kind, key, value FROM records ORDER BY kind, key")
                    .fetch_all(pool)
                    .await
            }
            Self::Postgres(pool) => {
                let sql = "SELECT kind, key, value::text FROM records ORDER BY kind, key";
                sqlx::query_as(sql).fetch_all(pool).await
            }
        }
    }

    /// All of these or none.
    async fn write(&self, changes: &[Change]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(pool) => sqlite::write(pool, changes).await,
            Self::Postgres(pool) => postgres::write(pool, changes).await,
        }
    }

    async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
