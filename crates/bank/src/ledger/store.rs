//! The connections to the ledger's database, which is SQLite or PostgreSQL.
//!
//! `sqlite` and `postgres` hold what differs between the two. `pool` has one enum over both for each of pool, connection and
//! transaction, and `statement` the texts and values that they execute. `error` says what their errors mean.

mod error;
mod pool;
mod pooled_connection;
mod postgres;
mod sqlite;
mod statement;

use database_setup::Database;
use sqlite::SqliteJournal;

pub use error::StoreError;
#[cfg(test)]
pub(crate) use error::tests::reported;
pub(crate) use error::{is_lock_timeout, is_retryable, is_unavailable};
pub(crate) use pool::{Connection, Pool, Transaction};
#[cfg(test)]
pub(crate) use postgres::{READERS as POSTGRES_READERS, WRITERS as POSTGRES_WRITERS};
pub(crate) use statement::{QUERY_TIMEOUT, Sql, SqlValue, for_each_element};

/// The pools of connections to an open database.
#[derive(Debug, Clone)]
pub(crate) struct LedgerStore {
    pub(crate) writer: Pool,
    pub(crate) reader: Pool,
    /// For what is written beside the orders. In PostgreSQL that may have to wait for an account's lock or a standby, and
    /// must keep neither orders nor readers waiting. A SQLite file has one writer.
    pub(crate) side_writer: Pool,
    /// How many connections `writer` has.
    pub(crate) writers: u32,
}

impl LedgerStore {
    /// Connects to the database and brings its schema up to date.
    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        match database {
            Database::Memory => {
                let pool = Pool::Sqlite { pool: sqlite::open_memory().await?, journal: None };
                Ok(Self::new(pool.clone(), pool.clone(), pool, sqlite::WRITERS))
            }
            Database::File(path) => {
                let (writer, reader) = sqlite::open_file(path).await?;
                let [writer, reader] = [writer, reader]
                    .map(|pool| Pool::Sqlite { pool, journal: Some(SqliteJournal::default()) });
                Ok(Self::new(writer.clone(), reader, writer, sqlite::WRITERS))
            }
            Database::Postgres(url) => {
                let (pools, scope) = postgres::open(url).await?;
                let [writer, reader, side_writer] = pools.map(|pool| Pool::Postgres { pool, scope });
                Ok(Self::new(writer, reader, side_writer, postgres::WRITERS))
            }
        }
    }

    const fn new(writer: Pool, reader: Pool, side_writer: Pool, writers: u32) -> Self {
        Self { writer, reader, side_writer, writers }
    }

    /// Waits for what is under way and closes the connections.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.side_writer.close().await;
        self.writer.close().await;
    }
}
