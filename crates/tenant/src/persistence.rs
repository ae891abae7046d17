//! What survives a restart. The tenant works in its memory (`store`); each change to a [`Table`] is also written
//! to a database, in the order in which it was made, and nobody is answered before the changes of their request are
//! there, nor before those are there that it tells of (`Journal::settled`). At the start the tables are read back.
//!
//! To make something durable, give it a [`Record`] and keep it in a [`Table`]. One process at a time has the database:
//! the memory of another would not notice what this one writes.

mod connection;
mod error;
mod journal;
mod postgres;
mod sqlite;
mod table;
mod writer;

use database_setup::Database;

use connection::Connection;

pub use error::DurableError;
pub(crate) use journal::Journal;
pub(crate) use table::{Loaded, Record, Table};
pub(crate) use writer::RETRY_AFTER_SECONDS;

/// Reads what was kept, and begins to keep what comes.
pub(crate) async fn open(database: &Database) -> Result<(Loaded, Journal), DurableError> {
    let connection = match database {
        Database::Memory => return Ok((Loaded::default(), Journal::default())),
        Database::File(path) => Connection::Sqlite(sqlite::open(path).await?),
        Database::Postgres(url) => Connection::Postgres(postgres::open(url).await?),
    };
    let loaded = Loaded::new(connection.load().await?);
    Ok((loaded, writer::start(connection)))
}
