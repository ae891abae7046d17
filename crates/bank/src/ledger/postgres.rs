//! The books in PostgreSQL: many writers at a time, in this bank and in others beside it.
//!
//! An account's row is its lock. A transaction takes all the locks that it needs before it reads what it decides by, in
//! the order of the accounts' ids, so that no two wait for each other; the triggers of the schema take them too, for
//! those who do not. Each statement sees what was committed before it began (READ COMMITTED), so what is read after a
//! lock is what the one before has left.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::time::Duration;

use database_setup::PostgresUrl;
use database_setup::postgres::SessionScope;
use sqlx::postgres::{PgPoolOptions, PgRow};
use sqlx::{Connection as _, PgConnection, Postgres, Row as _, Transaction};

use super::decide::Job;
use super::sql::{Pool, Tx, values};
use super::{Ledger, LedgerError};

/// Whatever the server's default is, this is what the locks are made for.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// The same with what is otherwise set for a session ([`SETTINGS`]).
const BEGIN_WITH_SETTINGS: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT set_config('lock_timeout', '5s', true), set_config('idle_in_transaction_session_timeout', '10s', true),
        set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
            THEN 'on' ELSE current_setting('synchronous_commit') END, true)";
/// How long a transaction waits for another bank's locks. And after ten seconds, the server believes that a bank has died in
/// the middle of a transaction, and gives back its locks. A server may answer before it has written, or before its standby
/// has; then this bank would answer too early as well.
const SETTINGS: &str = "SELECT set_config('lock_timeout', '5s', false),
        set_config('idle_in_transaction_session_timeout', '10s', false),
        set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
            THEN 'on' ELSE current_setting('synchronous_commit') END, false)";
/// Of two banks that make the same tables, one waits. What drivers have prepared in a session that is lent has names, which
/// are this driver's too.
const BEGIN_MIGRATION: &str = "BEGIN; SELECT pg_advisory_xact_lock(7102900085552768); DEALLOCATE ALL";
/// While one group of decisions is on its way to the disk, the next are being made.
pub(super) const WRITERS: usize = 4;
pub(super) const READERS: u32 = 8;
/// For questions about one transfer that nobody found.
const BESIDE: u32 = 3;
/// How long a request waits for a connection, as when the server is away.
const CONNECT: Duration = Duration::from_secs(5);
/// Any number, the same in each bank: whoever holds it opens accounts.
const OPENING: i64 = 0x0062_616E_6B00;

const SCHEMA: [(i64, &str, &str); 3] = [
    (1, "ledger", include_str!("../../migrations/postgres/0001_ledger.sql")),
    (2, "audits", include_str!("../../migrations/postgres/0002_audits.sql")),
    (3, "retired_keys", include_str!("../../migrations/postgres/0003_retired_keys.sql")),
];

/// Books in a database that is there.
pub(super) async fn open(url: &PostgresUrl) -> Result<Ledger, LedgerError> {
    let options = database_setup::postgres::options(url, "bank")?;
    // Its own connection, without the time-outs: it waits for as long as another bank is making the tables.
    let (mut connection, scope) = database_setup::postgres::connect_to_any(url, &options).await?;
    match scope {
        // The driver takes a lock of the whole database for that.
        SessionScope::Connection => database_setup::migrator(SCHEMA).run(&mut connection).await?,
        SessionScope::Transaction => {
            let mut tx = connection.begin_with(BEGIN_MIGRATION).await?;
            database_setup::migrator(SCHEMA).set_locking(false).run(&mut *tx).await?;
            sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *tx).await?;
            tx.commit().await?;
        }
    }
    for warning in durability_warnings(&mut connection).await? {
        tracing::warn!("{warning}");
    }
    connection.close().await?;

    let pool = |connections| {
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(CONNECT);
        // Not among the parameters with which the session begins: a pooler takes none of these.
        pool.after_connect(move |connection, _| {
            Box::pin(async move {
                match scope {
                    SessionScope::Connection => {
                        sqlx::raw_sql(SETTINGS).execute(&mut *connection).await.map(drop)
                    }
                    SessionScope::Transaction => Ok(()),
                }
            })
        })
    };
    let connect = |connections| Pool::Postgres(pool(connections).connect_lazy_with(options.clone()), scope);
    let writer = connect(u32::try_from(WRITERS).unwrap_or(u32::MAX));
    Ok(Ledger::new(writer, connect(READERS), connect(BESIDE), WRITERS))
}

/// The beginning of a transaction that writes, or that keeps a pooler from lending the session to others.
pub(super) const fn begin(scope: SessionScope) -> &'static str {
    match scope {
        SessionScope::Connection => BEGIN,
        SessionScope::Transaction => BEGIN_WITH_SETTINGS,
    }
}

/// What of the server's settings can lose a transfer that was answered, and what would be right.
async fn durability_warnings(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    // A database that is compatible with PostgreSQL may not know all of these.
    let sql = "SELECT coalesce(current_setting('fsync', true), ''),
                   coalesce(current_setting('synchronous_commit', true), ''),
                   coalesce(current_setting('synchronous_standby_names', true), ''),
                   (SELECT count(*) FROM pg_stat_replication)";
    // Not prepared: see above.
    let row: PgRow = sqlx::raw_sql(sql).fetch_one(connection).await?;
    let (fsync, commit, standbys): (String, String, String) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let replicas: i64 = row.try_get(3)?;
    let mut warnings = Vec::new();
    if fsync == "off" {
        warnings.push(
            "the PostgreSQL server has fsync off: what is answered can be lost when its machine stops"
                .to_owned(),
        );
    }
    if ["off", "local", "remote_write"].contains(&commit.as_str()) {
        warnings.push(format!(
            "the PostgreSQL server has synchronous_commit = {commit}: this bank sets it to on for its sessions, but a \
             pooler may give it others, and then what is answered can be lost; ALTER ROLE … SET synchronous_commit = on"
        ));
    }
    if standbys.is_empty() && replicas > 0 {
        warnings.push(
            "the PostgreSQL server waits for none of its standbys (synchronous_standby_names is empty): after a failover \
             the last transfers that were answered can be missing, and their tokens and ids be good once more; name a \
             standby there"
                .to_owned(),
        );
    }
    Ok(warnings)
}

/// Locks the accounts that these orders are about, as far as they exist, and tells which these are.
pub(super) async fn lock_accounts(
    tx: &mut Transaction<'_, Postgres>,
    scope: SessionScope,
    jobs: &[Job],
) -> Result<HashSet<i64>, sqlx::Error> {
    let (mut issuers, mut subjects, mut payees) = (Vec::new(), Vec::new(), Vec::new());
    for job in jobs {
        issuers.push(job.order.customer.issuer.as_str());
        subjects.push(job.order.customer.subject.as_str());
        payees.extend(job.order.check().ok().map(|iban| iban.to_string()));
    }
    // The sorting is done before the locking: rows that are locked are never changed.
    let sql = "SELECT a.id FROM accounts a WHERE a.id IN (
                   SELECT c.account_id FROM unnest($1::text[], $2::text[]) AS wanted (issuer, subject)
                       JOIN account_access c ON c.issuer = wanted.issuer AND c.subject = wanted.subject
                   UNION ALL SELECT b.id FROM unnest($3::text[]) AS wanted (iban)
                       JOIN accounts b ON b.iban = wanted.iban)
               ORDER BY a.id FOR NO KEY UPDATE OF a";
    let query = sqlx::query_scalar(sql).bind(issuers).bind(subjects).bind(payees);
    let query = query.persistent(scope == SessionScope::Connection);
    Ok(query.fetch_all(&mut **tx).await?.into_iter().collect())
}

/// Lets one bank at a time open accounts, until the end of the transaction.
pub(super) async fn lock_opening(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    tx.optional::<(i64,)>("SELECT 1::bigint FROM pg_advisory_xact_lock($1)", values![OPENING]).await.map(drop)
}

/// Waits until those who are booking now have committed, and lets nobody begin meanwhile, until the end of the
/// transaction: a matter of milliseconds.
pub(super) async fn wait_for_bookings(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    tx.run("LOCK TABLE bookings IN SHARE MODE", &[]).await
}

/// Failures after which the same transaction may well succeed (the appendix "Error Codes" of PostgreSQL's manual): two that
/// waited for each other or could not be put in an order; somebody else was first with an id or a token, which can be read
/// now.
const CONFLICT: [&str; 3] = ["40001", "40P01", "23505"];
/// What passes: the connection breaks (class 08), the server lacks room on its disk, memory or connections (53), is stopped,
/// breaks down or begins (57P), its system fails (58); it was left in a transaction for too long (25P03), or only reads: it
/// is a standby, or was the primary before (25006).
const AWAY: [&str; 6] = ["08", "53", "57P", "58", "25P03", "25006"];
/// A lock was not to be had in time ([`SETTINGS`]), or within a time limit that the role or the server has; or others came in
/// the way again and again.
const LOCKED_OUT: [&str; 5] = ["55P03", "57014", "25P04", "40001", "40P01"];

/// Is it worth to do the same transaction again? Each order has an id, so nothing is done twice, whatever became of the
/// first attempt.
pub(super) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => has_code(error, &CONFLICT) || is_away(error),
        // What has taken too long once takes too long again, and those who wait for it have waited.
        sqlx::Error::Io(error) => error.kind() != ErrorKind::TimedOut,
        _ => false,
    }
}

/// Can the server not do its work at present?
pub(super) fn is_away(error: &sqlx::Error) -> bool {
    has_code(error, &AWAY)
}

/// Does another transaction hold a lock for too long?
pub(super) fn is_locked_out(error: &sqlx::Error) -> bool {
    has_code(error, &LOCKED_OUT)
}

/// A code of five characters begins with its class. SQLite's codes are shorter.
fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code.len() == 5 && codes.iter().any(|start| code.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use postgres_for_tests::{Cluster, Durability, Server};

    use super::*;

    async fn warnings(url: &str, before: &[&'static str]) -> Vec<String> {
        let mut connection = PgConnection::connect(url).await.unwrap();
        for sql in before {
            sqlx::query(*sql).execute(&mut connection).await.unwrap();
        }
        durability_warnings(&mut connection).await.unwrap()
    }

    /// Proves: postgres-durability-warning
    #[tokio::test]
    async fn server_that_can_lose_what_it_acknowledged_is_warned_of() {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        let url = server.url("books");
        let found = warnings(&url, &[]).await;
        assert!(matches!(&found[..], [one] if one.contains("fsync off")), "{found:?}");
        for weak in ["SET synchronous_commit = off", "SET synchronous_commit = local"] {
            let found = warnings(&url, &[weak]).await;
            assert!(matches!(&found[..], [_, two] if two.contains("ALTER ROLE")), "{weak}: {found:?}");
        }
    }

    /// Proves: postgres-durability-warning
    #[tokio::test]
    async fn standby_that_is_not_waited_for_is_warned_of() {
        let cluster = Cluster::start(Durability::Full).unwrap_or_else(|error| panic!("{error}"));
        cluster.create("books").unwrap();
        let url = cluster.url("books");
        assert_eq!(warnings(&url, &[]).await, Vec::<String>::new());
        let asynchronous = ["ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()"];
        warnings(&url, &asynchronous).await;
        // The server reads its settings anew when it gets to it.
        let mut connection = PgConnection::connect(&url).await.unwrap();
        while sqlx::query_scalar::<_, String>("SHOW synchronous_standby_names")
            .fetch_one(&mut connection)
            .await
            .unwrap()
            .contains("standby")
        {
            tokio::task::yield_now().await;
        }
        let found = durability_warnings(&mut connection).await.unwrap();
        assert!(matches!(&found[..], [one] if one.contains("waits for none of its standbys")), "{found:?}");
    }
}
