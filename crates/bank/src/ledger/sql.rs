//! One way to talk to both databases. They share the text of nearly every statement (`$1` is a placeholder in both); what
//! differs has a file of its own, `sqlite` and `postgres`.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use database_setup::postgres::SessionScope;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::LedgerError;
use super::lent::Lent;

/// What stands for a placeholder.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Number(i64),
    Text(&'a str),
    MaybeNumber(Option<i64>),
    MaybeText(Option<&'a str>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::MaybeNumber(number)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::MaybeText(text)
    }
}

/// The values of a statement: `values![id, &name]` for `$1` and `$2`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::ledger::sql::Value::from($value)),*] };
}
pub(super) use values;

/// A column that can be empty.
pub(super) type Text = Option<String>;

/// A statement whose text is not the same for both databases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl From<&'static str> for Texts {
    /// One that is.
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// A statement about many things at once: `$1` is a JSON array, and between the two parts of the text comes the table
/// `question`, with the place of each element as its `key`, from 0 on, and the element as its `value`.
macro_rules! each {
    ($before:literal, $after:literal) => {
        $crate::ledger::sql::Texts {
            sqlite: concat!($before, "json_each($1) AS question", $after),
            postgres: concat!(
                $before,
                "(SELECT place - 1 AS key, value FROM json_array_elements($1::text::json) WITH ORDINALITY
                      AS element (value, place)) AS question",
                $after
            ),
        }
    };
}
pub(super) use each;

/// How long a database may take for anything that somebody is waiting for, once there is a connection: not longer than the
/// customer waits. It is enough for a lock that another bank has for as long as it may; several such are too many.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What a row is read as: a tuple that has its columns in their order.
pub(super) trait Row:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> Row for T where T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// Connections to the books.
#[derive(Debug, Clone)]
pub(super) enum Pool {
    File {
        pool: SqlitePool,
        /// A transaction has failed since the log was settled ([`super::sqlite::settle`]), or there has been none.
        is_unsettled: Arc<AtomicBool>,
    },
    /// The one connection is the database: without it there are no books.
    Memory(SqlitePool),
    Postgres(PgPool, SessionScope),
}

/// One of them, until it is dropped: then it goes back to the others.
pub(super) enum Connection {
    File { connection: PoolConnection<Sqlite>, is_unsettled: Arc<AtomicBool> },
    Memory(PoolConnection<Sqlite>),
    Postgres(Lent, SessionScope),
}

/// A write transaction, undone unless it is committed.
pub(super) enum Tx<'c> {
    Sqlite(Transaction<'c, Sqlite>),
    Postgres(Transaction<'c, Postgres>, SessionScope),
}

/// Prepared once for each connection, where it has its session for as long.
macro_rules! prepared {
    ($sql:expr, $values:expr) => {
        prepared!($sql, $values, SessionScope::Connection)
    };
    ($sql:expr, $values:expr, $scope:expr) => {
        $values.iter().fold(sqlx::query_as($sql).persistent(is_kept($scope)), |query, value| match *value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::MaybeNumber(number) => query.bind(number),
            Value::MaybeText(text) => query.bind(text),
        })
    };
}

fn is_kept(scope: SessionScope) -> bool {
    scope == SessionScope::Connection
}

impl Pool {
    pub(super) fn file(pool: SqlitePool) -> Self {
        Self::File { pool, is_unsettled: Arc::new(AtomicBool::new(true)) }
    }

    pub(super) async fn optional<R: Row>(
        &self,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<Option<R>, LedgerError> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// Waits for the answer as long as customers do.
    pub(super) async fn all<R: Row>(
        &self,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, LedgerError> {
        self.all_within(PATIENCE, sql, values).await
    }

    /// Waits for the answer for so long; see [`Connection::within`].
    pub(super) async fn all_within<R: Row>(
        &self,
        limit: Duration,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, LedgerError> {
        let sql = sql.into();
        let ask = async |connection: &mut Connection| {
            Ok(match connection {
                Connection::File { connection, .. } | Connection::Memory(connection) => {
                    prepared!(sql.sqlite, values).fetch_all(&mut **connection).await?
                }
                Connection::Postgres(connection, SessionScope::Connection) => {
                    prepared!(sql.postgres, values).fetch_all(&mut **connection).await?
                }
                // A question is prepared and asked, and both have to come to the same session.
                Connection::Postgres(connection, scope) => {
                    let mut tx = connection.begin_with(super::postgres::begin(*scope)).await?;
                    let rows = prepared!(sql.postgres, values, *scope).fetch_all(&mut *tx).await?;
                    tx.commit().await?;
                    rows
                }
            })
        };
        self.connect().await?.within(limit, ask).await
    }

    /// Takes one, and waits for it where all are taken.
    pub(super) async fn connect(&self) -> Result<Connection, sqlx::Error> {
        match self {
            Self::File { pool, is_unsettled } => {
                let is_unsettled = Arc::clone(is_unsettled);
                pool.acquire().await.map(|connection| Connection::File { connection, is_unsettled })
            }
            Self::Memory(pool) => pool.acquire().await.map(Connection::Memory),
            Self::Postgres(pool, scope) => {
                pool.acquire().await.map(|lent| Connection::Postgres(lent.into(), *scope))
            }
        }
    }

    /// Waits for what is under way and closes the connections.
    pub(super) async fn close(&self) {
        match self {
            Self::File { pool, .. } | Self::Memory(pool) => pool.close().await,
            Self::Postgres(pool, _) => pool.close().await,
        }
    }
}

impl Connection {
    /// Begins the one kind of write transaction that each database has.
    pub(super) async fn begin(&mut self) -> Result<Tx<'_>, sqlx::Error> {
        match self {
            Self::File { connection, is_unsettled } => {
                if is_unsettled.load(Ordering::Acquire) {
                    let is_settled = super::sqlite::settle(connection).await?;
                    is_unsettled.store(!is_settled, Ordering::Release);
                }
                connection.begin_with(super::sqlite::BEGIN).await.map(Tx::Sqlite)
            }
            Self::Memory(connection) => connection.begin_with(super::sqlite::BEGIN).await.map(Tx::Sqlite),
            Self::Postgres(connection, scope) => {
                let tx = connection.begin_with(super::postgres::begin(*scope)).await?;
                Ok(Tx::Postgres(tx, *scope))
            }
        }
    }

    /// Does this, or gives the connection up when it takes longer, and when nobody waits for the end of it. One that
    /// failed with the database is closed: what state it is in is not known, and the next one may be better.
    pub(super) async fn within<T>(
        mut self,
        limit: Duration,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        // A file does not hang up, and what has been sent to the disk gets there: the end of it is waited for.
        if let Self::File { .. } | Self::Memory(_) = self {
            let done = work(&mut self).await;
            if let (Err(_), Self::File { connection, is_unsettled }) = (&done, &mut self) {
                is_unsettled.store(true, Ordering::Release);
                // After some failures SQLite has undone the transaction by itself, and sqlx counts it as open for ever.
                connection.close_on_drop();
            }
            return done;
        }
        self.set_busy(true);
        let done = tokio::time::timeout(limit, work(&mut self)).await;
        self.set_busy(done.as_ref().map_or(true, |done| done.as_ref().is_err_and(LedgerError::is_away)));
        done.unwrap_or_else(|_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()).into()))
    }

    fn set_busy(&mut self, is_busy: bool) {
        if let Self::Postgres(lent, _) = self {
            lent.is_busy = is_busy;
        }
    }
}

impl Tx<'static> {
    /// The same, for what no customer waits for: it may take as long as it takes.
    pub(super) async fn begin(pool: &Pool) -> Result<Self, sqlx::Error> {
        match pool {
            Pool::File { pool, .. } | Pool::Memory(pool) => {
                Ok(Self::Sqlite(pool.begin_with(super::sqlite::BEGIN).await?))
            }
            Pool::Postgres(pool, scope) => {
                Ok(Self::Postgres(pool.begin_with(super::postgres::begin(*scope)).await?, *scope))
            }
        }
    }
}

impl Tx<'_> {
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx, _) => tx.commit().await,
        }
    }

    pub(super) async fn optional<R: Row>(
        &mut self,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<Option<R>, sqlx::Error> {
        match self {
            Self::Sqlite(tx) => prepared!(sql.into().sqlite, values).fetch_optional(&mut **tx).await,
            Self::Postgres(tx, scope) => {
                prepared!(sql.into().postgres, values, *scope).fetch_optional(&mut **tx).await
            }
        }
    }

    pub(super) async fn one<R: Row>(
        &mut self,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<R, sqlx::Error> {
        self.optional(sql, values).await?.ok_or(sqlx::Error::RowNotFound)
    }

    pub(super) async fn all<R: Row>(
        &mut self,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, sqlx::Error> {
        match self {
            Self::Sqlite(tx) => prepared!(sql.into().sqlite, values).fetch_all(&mut **tx).await,
            Self::Postgres(tx, scope) => {
                prepared!(sql.into().postgres, values, *scope).fetch_all(&mut **tx).await
            }
        }
    }

    /// For statements that answer with no row.
    pub(super) async fn run(
        &mut self,
        sql: impl Into<Texts>,
        values: &[Value<'_>],
    ) -> Result<(), sqlx::Error> {
        self.optional::<()>(sql, values).await.map(drop)
    }
}
