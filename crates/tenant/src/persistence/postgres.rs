//! The records in PostgreSQL, in a schema that this process has for itself.

use std::io::ErrorKind;
use std::time::Duration;

use database_setup::PostgresUrl;
use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use tokio::time::timeout;

use super::error::DurableError;
use super::journal::Change;

const SCHEMA: [(i64, &str, &str); 1] =
    [(1, "records", include_str!("../../migrations/postgres/0001_records.sql"))];
/// Any number, the same in each tenant: with the schema it names the lock that a tenant has while it runs.
const LOCK: i32 = 0x7465_6E61;
/// How long an attempt waits for a connection, as when the server is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a write may take before the server counts as away.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a database that is there, and makes its table.
pub(super) async fn open(url: &PostgresUrl) -> Result<PgPool, DurableError> {
    let options = database_setup::postgres::options(url, "tenant")?;
    let mut connection = database_setup::postgres::connect(url, &options).await?;
    if !lock(&mut connection).await? {
        return Err(DurableError::InUse);
    }
    database_setup::migrator(SCHEMA).run(&mut connection).await?;
    // The connection that stays takes the lock anew.
    sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut connection).await?;
    connection.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(CONNECT_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move {
                // A server that has lost this connection may hold its lock for a moment longer.
                if lock(connection).await? { Ok(()) } else { Err(sqlx::Error::PoolTimedOut) }
            })
        });
    pool.connect_with(options).await.map_err(|error| match error {
        sqlx::Error::PoolTimedOut => DurableError::InUse,
        error => error.into(),
    })
}

async fn lock(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))";
    let (locked,): (bool,) = sqlx::query_as(sql).bind(LOCK).fetch_one(connection).await?;
    Ok(locked)
}

/// A connection that failed is closed, whatever the reason: its server may only read any more, or be about to end, and the
/// next one may be better. So is one that does not answer.
pub(super) async fn write(pool: &PgPool, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    match timeout(WRITE_TIMEOUT, write_to(&mut connection, changes)).await {
        Ok(Ok(())) => {
            // The pool asks the server whether it is there before it takes the connection back, and does so without a limit.
            let _ = timeout(CONNECT_TIMEOUT, connection.return_to_pool()).await;
            Ok(())
        }
        Ok(Err(error)) => {
            connection.close_on_drop();
            Err(error)
        }
        Err(_) => {
            connection.close_on_drop();
            Err(sqlx::Error::Io(ErrorKind::TimedOut.into()))
        }
    }
}

async fn write_to(connection: &mut PgConnection, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin().await?;
    for Change { kind, key, value } in changes {
        let query = match value {
            Some(value) => {
                let sql = "INSERT INTO records (kind, key, value) VALUES ($1, $2, $3::json)
                           ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value";
                sqlx::query(sql).bind(kind).bind(key).bind(value)
            }
            None => sqlx::query("DELETE FROM records WHERE kind = $1 AND key = $2").bind(kind).bind(key),
        };
        query.execute(&mut *tx).await?;
    }
    tx.commit().await
}
