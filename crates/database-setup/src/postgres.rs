//! What opening a PostgreSQL database takes, whichever program does it.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::PostgresUrl;

/// How long a question may take that a server answers without any work.
const QUERY_TIMEOUT: Duration = Duration::from_secs(10);
/// A busy pooler may give a session to somebody else first.
const ROUNDS: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// `PgBouncer` and its like, where a session is another one in each transaction.
    #[error(
        "the address is that of a pooler in transaction mode, as of PgBouncer: each transaction gets another session, and \
         this program keeps a lock in its session. Use the address of the server itself (at Neon the one without `-pooler`, \
         at Supabase the one with port 5432), or a pooler in session mode"
    )]
    TransactionPooler,
    /// The same, where it is another one in each statement.
    #[error(
        "the address is that of a pooler in statement mode, as of PgBouncer: it permits no transactions. Use the address of \
         the server itself, or a pooler in transaction or session mode"
    )]
    StatementPooler,
    /// `PgBouncer` does not pass on every parameter with which a session begins.
    #[error(
        "the address is that of a pooler, as of PgBouncer, which does not take a parameter of it ({0}). Use the address of \
         the server itself, leave `options` out of it, or have the pooler ignore the parameter \
         (`ignore_startup_parameters`)"
    )]
    PoolerParameter(String),
    /// The driver's own reasons.
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
}

/// What the driver connects with. `program` is the name under which the server lists the connections, where the address has
/// none.
pub fn options(url: &PostgresUrl, program: &str) -> Result<PgConnectOptions, PostgresError> {
    // Not for us, who have no floating-point numbers, and poolers refuse it.
    let mut options = PgConnectOptions::from_url(url.secret())?.extra_float_digits(None);
    if let Some(user) = &url.user {
        options = options.username(user);
    }
    if let Some(password) = &url.password {
        options = options.password(password);
    }
    if let Some(database) = &url.database {
        options = options.database(database);
    }
    let named = options.get_application_name().is_some();
    Ok(if named { options } else { options.application_name(program) })
}

/// How long a connection has the same session of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionScope {
    /// As long as it lasts. Settings and locks of the session are the program's own.
    Connection,
    /// For a transaction, behind a pooler. What is not said in a transaction is said to nobody in particular, and prepared
    /// statements are somebody else's.
    Transaction,
}

/// The first connection to a server, when it is certain that a session stays the same one.
pub async fn connect(url: &PostgresUrl, options: &PgConnectOptions) -> Result<PgConnection, PostgresError> {
    match connect_to_any(url, options).await? {
        (connection, SessionScope::Connection) => Ok(connection),
        (_, SessionScope::Transaction) => Err(PostgresError::TransactionPooler),
    }
}

/// The first connection to a server, and how long it has its session.
pub async fn connect_to_any(
    url: &PostgresUrl,
    options: &PgConnectOptions,
) -> Result<(PgConnection, SessionScope), PostgresError> {
    if url.wants_channel_binding {
        tracing::warn!(
            "channel_binding=require: the driver has no channel binding. With sslmode=verify-full the server's certificate \
             is checked instead"
        );
    }
    let mut connection = options.connect().await.map_err(of_pooler)?;
    let mut other = options.connect().await.map_err(of_pooler)?;
    let shared = tokio::time::timeout(QUERY_TIMEOUT, is_shared(&mut connection, &mut other)).await;
    let shared = shared.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(of_pooler)?;
    other.close().await?;
    Ok((connection, if shared { SessionScope::Transaction } else { SessionScope::Connection }))
}

/// Whether the server has one session for both connections. A pooler in transaction mode lends a session for each
/// transaction, and takes the one that was given back last: so the second gets that of the first, whose next question then
/// needs another one.
async fn is_shared(first: &mut PgConnection, second: &mut PgConnection) -> Result<bool, sqlx::Error> {
    for _ in 0..ROUNDS {
        let before = session(first).await?;
        sqlx::raw_sql("BEGIN").execute(&mut *second).await?;
        let others = session(second).await?;
        // Where there is one session for all, the first would wait for it.
        let shared = before == others || before != session(first).await?;
        sqlx::raw_sql("ROLLBACK").execute(&mut *second).await?;
        if shared {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asked without a prepared statement, which such a pooler would lose.
async fn session(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let row: PgRow = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection).await?;
    row.try_get(0)
}

/// What `PgBouncer` refuses with its own words.
fn of_pooler(error: sqlx::Error) -> PostgresError {
    let said = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    if said.contains("statement pooling mode") {
        return PostgresError::StatementPooler;
    }
    match said.strip_prefix("unsupported startup parameter") {
        Some(parameter) => {
            PostgresError::PoolerParameter(parameter.trim_start_matches([':', ' ']).to_owned())
        }
        None => PostgresError::Driver(error),
    }
}
