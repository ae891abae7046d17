//! PostgreSQL: many writers at a time, in this bank and in others beside it. Each statement sees what was committed before it
//! began (READ COMMITTED), so what is read after a lock is what its last holder has left.

use std::time::Duration;

use database_setup::PostgresUrl;
use database_setup::postgres::SessionScope;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, FromRow, PgConnection, PgPool};

use super::error::StoreError;

/// The locks of the ledger rely on this level, whatever the server's default is.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// The same with what is otherwise set for a session ([`SETTINGS`]).
const BEGIN_WITH_SETTINGS: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT set_config('lock_timeout', '5s', true), set_config('idle_in_transaction_session_timeout', '10s', true),
        set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
            THEN 'on' ELSE current_setting('synchronous_commit') END, true)";
/// How long a transaction waits for another bank's locks. After ten seconds, the server takes a bank for dead that is idle in
/// a transaction, and releases its locks. A server may acknowledge a commit before it, or its standby, has written it; then
/// this bank would answer too early as well.
const SETTINGS: &str = "SELECT set_config('lock_timeout', '5s', false),
        set_config('idle_in_transaction_session_timeout', '10s', false),
        set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
            THEN 'on' ELSE current_setting('synchronous_commit') END, false)";
/// Of two banks that create the same tables, one waits. Statements that others prepared in a pooler's session can have the
/// names that this driver uses.
const BEGIN_MIGRATION: &str = "BEGIN; SELECT pg_advisory_xact_lock(7102900085552768); DEALLOCATE ALL";
/// While one batch of transfers is committed, the next ones are decided.
pub(crate) const WRITERS: u32 = 4;
pub(crate) const READERS: u32 = 8;
/// For questions about one transfer that was not found.
const SIDE_WRITERS: u32 = 3;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

const SCHEMA: [(i64, &str, &str); 5] = [
    (1, "ledger", include_str!("../../../migrations/postgres/0001_ledger.sql")),
    (2, "audits", include_str!("../../../migrations/postgres/0002_audits.sql")),
    (3, "retired_keys", include_str!("../../../migrations/postgres/0003_retired_keys.sql")),
    (4, "payees", include_str!("../../../migrations/postgres/0004_payees.sql")),
    (5, "checked_names", include_str!("../../../migrations/postgres/0005_checked_names.sql")),
];

/// The pools for writing, reading, and writing beside the orders, in a database that exists.
pub(super) async fn open(url: &PostgresUrl) -> Result<([PgPool; 3], SessionScope), StoreError> {
    let options = database_setup::postgres::options(url, "bank")?;
    // A connection of its own, without the timeouts: it waits for as long as another bank creates the tables.
    let (mut connection, scope) = database_setup::postgres::connect_to_any(url, &options).await?;
    match scope {
        // The driver takes a lock on the whole database for that.
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

    let connect = |connections| {
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
        // Not among the startup parameters of the session: a pooler takes none of these.
        let pool = pool.after_connect(move |connection, _| {
            Box::pin(async move {
                if scope == SessionScope::Connection {
                    sqlx::raw_sql(SETTINGS).execute(&mut *connection).await?;
                }
                Ok(())
            })
        });
        pool.connect_lazy_with(options.clone())
    };
    Ok(([WRITERS, READERS, SIDE_WRITERS].map(connect), scope))
}

/// The beginning of a transaction that writes, or that keeps a pooler from lending the session to others.
pub(super) const fn begin(scope: SessionScope) -> &'static str {
    match scope {
        SessionScope::Connection => BEGIN,
        SessionScope::Transaction => BEGIN_WITH_SETTINGS,
    }
}

/// The settings of the server by which an answered transfer can be lost.
#[derive(FromRow)]
struct DurabilitySettings {
    fsync: String,
    synchronous_commit: String,
    standby_names: String,
    replicas: i64,
}

/// Which of the server's settings can lose a transfer that was answered, and what would be right.
async fn durability_warnings(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    // A database that is compatible with PostgreSQL may not know all of these.
    let sql = "SELECT coalesce(current_setting('fsync', true), '') AS fsync,
                   coalesce(current_setting('synchronous_commit', true), '') AS synchronous_commit,
                   coalesce(current_setting('synchronous_standby_names', true), '') AS standby_names,
                   (SELECT count(*) FROM pg_stat_replication) AS replicas";
    // Not prepared: the session may be a pooler's.
    let row = sqlx::raw_sql(sql).fetch_one(connection).await?;
    let settings = DurabilitySettings::from_row(&row)?;
    let mut warnings = Vec::new();
    if settings.fsync == "off" {
        warnings.push(
            "the PostgreSQL server has fsync off: what is answered can be lost when its machine stops"
                .to_owned(),
        );
    }
    let commit = settings.synchronous_commit;
    if ["off", "local", "remote_write"].contains(&commit.as_str()) {
        warnings.push(format!(
            "the PostgreSQL server has synchronous_commit = {commit}: this bank sets it to on for its sessions, but a \
             pooler may give it others, and then what is answered can be lost; ALTER ROLE … SET synchronous_commit = on"
        ));
    }
    if settings.standby_names.is_empty() && settings.replicas > 0 {
        warnings.push(
            "the PostgreSQL server waits for none of its standbys (synchronous_standby_names is empty): after a failover \
             the last transfers that were answered can be missing, and their tokens and ids be good once more; name a \
             standby there"
                .to_owned(),
        );
    }
    Ok(warnings)
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
    async fn warns_of_server_that_can_lose_acknowledged_commits() {
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
    async fn warns_of_standby_that_commits_do_not_wait_for() {
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
