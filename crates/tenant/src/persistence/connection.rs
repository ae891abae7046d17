//! The connection to the database, whichever it is.

use super::journal::Change;
use super::{postgres, sqlite};

/// A database that this process alone has.
pub(super) enum Connection {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

impl Connection {
    pub(super) async fn load(&self) -> Result<Vec<(String, String, String)>, sqlx::Error> {
        let sql = "SELECT kind, key, CAST(value AS text) FROM records ORDER BY kind, key";
        match self {
            Self::Sqlite(pool) => sqlx::query_as(sql).fetch_all(pool).await,
            Self::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await,
        }
    }

    /// All of these or none.
    pub(super) async fn write(&self, changes: &[Change]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(pool) => sqlite::write(pool, changes).await,
            Self::Postgres(pool) => postgres::write(pool, changes).await,
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
