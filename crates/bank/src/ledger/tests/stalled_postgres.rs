//! A PostgreSQL server that accepts queries and does not answer them, as when the network loses its packets.

use sqlx::{Connection as _, PgConnection};

/// A connection by which the server is stalled.
pub(crate) struct StalledPostgres(PgConnection);

impl StalledPostgres {
    /// For a ledger that is open. From now on queries for a customer's account can be stalled.
    pub(crate) async fn new(url: &str) -> Self {
        let mut server = Self(PgConnection::connect(url).await.unwrap());
        server.run("ALTER TABLE account_access RENAME TO unstalled_access").await;
        server.run("CREATE TABLE stall (x BIGINT)").await;
        server
            .run(
                "CREATE VIEW account_access AS SELECT * FROM unstalled_access
                 UNION ALL SELECT 'issuer', 'ada', x FROM stall WHERE pg_sleep(600) IS NULL",
            )
            .await;
        server
    }

    pub(crate) async fn stall(&mut self) {
        self.run("INSERT INTO stall VALUES (0)").await;
    }

    /// For queries that begin from now on.
    pub(crate) async fn resume(&mut self) {
        self.run("DELETE FROM stall").await;
    }

    /// Waits until so many queries are stalled, and ends their connections as a server does that is stopped.
    pub(crate) async fn close_connections(&mut self, queries: i64) {
        self.wait_for_queries(queries).await;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        self.run(sql).await;
    }

    /// Waits until so many queries are stalled.
    pub(crate) async fn wait_for_queries(&mut self, queries: i64) {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut self.0).await.unwrap() < queries {
            tokio::task::yield_now().await;
        }
    }

    async fn run(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.0).await.unwrap();
    }
}

mod tests {
    use database_setup::Database;
    use postgres_for_tests::{Durability, Server};

    use super::StalledPostgres;
    use crate::ledger::error::LedgerError;
    use crate::ledger::handle::Ledger;
    use crate::ledger::store::POSTGRES_READERS;

    const QUERY: &str = "SELECT account_id FROM account_access";

    async fn open_with_stalling() -> (Ledger, StalledPostgres, Server) {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        let database: Database = server.url("books").parse().unwrap();
        let ledger = Ledger::open(&database).await.unwrap();
        let stalled = StalledPostgres::new(&server.url("books")).await;
        (ledger, stalled, server)
    }

    #[tokio::test]
    async fn cancelled_queries_free_their_connections() {
        let (ledger, mut server, _running) = open_with_stalling().await;
        server.stall().await;
        for query in 1..=POSTGRES_READERS {
            tokio::select! {
                biased;
                answer = ledger.store.reader.fetch_number(QUERY, &[]) => panic!("{answer:?}"),
                () = server.wait_for_queries(query.into()) => {}
            }
        }
        server.resume().await;
        ledger.store.reader.fetch_number(QUERY, &[]).await.unwrap();
    }

    #[tokio::test]
    async fn closed_connections_count_as_unavailable() {
        let (ledger, mut server, _running) = open_with_stalling().await;
        server.stall().await;
        let (answer, ()) =
            tokio::join!(ledger.store.reader.fetch_number(QUERY, &[]), server.close_connections(1));
        let error = LedgerError::from(answer.unwrap_err());
        assert!(error.is_unavailable() && !error.is_lock_timeout(), "{error:?}");
    }
}
