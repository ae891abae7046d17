//! Pools, connections and transactions of both databases.

use std::io::ErrorKind;
use std::time::Duration;

use database_setup::postgres::SessionScope;
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, PgPool, Postgres, Sqlite, SqlitePool};

use super::error::is_unavailable;
use super::pooled_connection::PooledConnection;
use super::sqlite::SqliteJournal;
use super::statement::{DatabaseRow, QUERY_TIMEOUT, Sql, SqlValue, query};
use super::{postgres, sqlite};

#[derive(Debug, Clone)]
pub(crate) enum Pool {
    /// Without a journal it is a database in memory, which lives as long as its one connection.
    Sqlite {
        pool: SqlitePool,
        journal: Option<SqliteJournal>,
    },
    Postgres {
        pool: PgPool,
        scope: SessionScope,
    },
}

/// One of them, which returns to the pool when it is dropped.
pub(crate) enum Connection {
    Sqlite { connection: PoolConnection<Sqlite>, journal: Option<SqliteJournal> },
    Postgres { connection: PooledConnection, scope: SessionScope },
}

/// A write transaction, undone unless it is committed.
pub(crate) enum Transaction<'c> {
    Sqlite(sqlx::Transaction<'c, Sqlite>),
    Postgres(sqlx::Transaction<'c, Postgres>, SessionScope),
}

impl Pool {
    /// Takes a connection, and waits for it where all are taken.
    pub(crate) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { pool, journal } => {
                Connection::Sqlite { connection: pool.acquire().await?, journal: journal.clone() }
            }
            Self::Postgres { pool, scope } => {
                Connection::Postgres { connection: pool.acquire().await?.into(), scope: *scope }
            }
        })
    }

    /// Begins a transaction without a timeout, for which no customer waits.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static>, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { pool, .. } => Transaction::Sqlite(pool.begin_with(sqlite::BEGIN).await?),
            Self::Postgres { pool, scope } => {
                Transaction::Postgres(pool.begin_with(postgres::begin(*scope)).await?, *scope)
            }
        })
    }

    pub(crate) async fn fetch_all<R: DatabaseRow>(
        &self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Vec<R>, sqlx::Error> {
        self.fetch_all_within(QUERY_TIMEOUT, sql, values).await
    }

    pub(crate) async fn fetch_optional<R: DatabaseRow>(
        &self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Option<R>, sqlx::Error> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    /// The first column of the first row.
    pub(crate) async fn fetch_number(
        &self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Option<i64>, sqlx::Error> {
        Ok(self.fetch_optional(sql, values).await?.map(|(number,)| number))
    }

    /// See [`Connection::work_within`].
    pub(crate) async fn fetch_all_within<R: DatabaseRow>(
        &self,
        limit: Duration,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Vec<R>, sqlx::Error> {
        let sql = sql.into();
        let fetch = async |connection: &mut Connection| connection.fetch_all(sql, values).await;
        self.acquire().await?.work_within(limit, is_unavailable, fetch).await
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { pool, .. } => pool.close().await,
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
}

impl Connection {
    /// Begins the one kind of write transaction that each database has.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_>, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { connection, journal } => {
                if let Some(journal) = journal {
                    journal.settle(connection).await?;
                }
                Transaction::Sqlite(connection.begin_with(sqlite::BEGIN).await?)
            }
            Self::Postgres { connection, scope } => {
                Transaction::Postgres(connection.begin_with(postgres::begin(*scope)).await?, *scope)
            }
        })
    }

    /// Does this work within the limit. A connection to PostgreSQL is closed when the work takes longer, when its caller stops
    /// waiting, or when the database is unavailable.
    pub(crate) async fn work_within<T, E: From<sqlx::Error>>(
        mut self,
        limit: Duration,
        is_unavailable: fn(&E) -> bool,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // Without a timeout: work on a file ends.
        if let Self::Sqlite { .. } = self {
            let done = work(&mut self).await;
            if let (Err(_), Self::Sqlite { connection, journal: Some(journal) }) = (&done, &mut self) {
                journal.mark_unsettled();
                // After some failures SQLite has undone the transaction by itself, and sqlx counts it as open for ever.
                connection.close_on_drop();
            }
            return done;
        }
        self.set_busy(true);
        let done = tokio::time::timeout(limit, work(&mut self)).await;
        self.set_busy(done.as_ref().map_or(true, |done| done.as_ref().is_err_and(is_unavailable)));
        done.unwrap_or_else(|_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()).into()))
    }

    fn set_busy(&mut self, is_busy: bool) {
        if let Self::Postgres { connection, .. } = self {
            connection.is_busy = is_busy;
        }
    }

    async fn fetch_all<R: DatabaseRow>(
        &mut self,
        sql: Sql,
        values: &[SqlValue<'_>],
    ) -> Result<Vec<R>, sqlx::Error> {
        match self {
            Self::Sqlite { connection, .. } => {
                query(sql.sqlite, values, true).fetch_all(&mut **connection).await
            }
            Self::Postgres { connection, scope: SessionScope::Connection } => {
                query(sql.postgres, values, true).fetch_all(&mut **connection).await
            }
            // A statement is prepared and executed, and both have to reach the same session.
            Self::Postgres { .. } => {
                let mut tx = self.begin().await?;
                let rows = tx.fetch_all(sql, values).await?;
                tx.commit().await?;
                Ok(rows)
            }
        }
    }
}

impl Transaction<'_> {
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx, _) => tx.commit().await,
        }
    }

    pub(crate) async fn fetch_all<R: DatabaseRow>(
        &mut self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Vec<R>, sqlx::Error> {
        match self {
            Self::Sqlite(tx) => query(sql.into().sqlite, values, true).fetch_all(&mut **tx).await,
            Self::Postgres(tx, scope) => {
                let is_cached = *scope == SessionScope::Connection;
                query(sql.into().postgres, values, is_cached).fetch_all(&mut **tx).await
            }
        }
    }

    pub(crate) async fn fetch_optional<R: DatabaseRow>(
        &mut self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Option<R>, sqlx::Error> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    /// The first column of the first row.
    pub(crate) async fn fetch_number(
        &mut self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<Option<i64>, sqlx::Error> {
        Ok(self.fetch_optional(sql, values).await?.map(|(number,)| number))
    }

    /// For statements without rows.
    pub(crate) async fn execute(
        &mut self,
        sql: impl Into<Sql>,
        values: &[SqlValue<'_>],
    ) -> Result<(), sqlx::Error> {
        self.fetch_all::<()>(sql, values).await.map(drop)
    }
}
