//! A server that accepts questions and does not answer them, as when the network swallows what it says.

use sqlx::{Connection as _, PgConnection};

/// Whether it speaks is decided over a connection of its own.
pub(super) struct Server(PgConnection);

impl Server {
    /// Of books that are open. From now on it can fall silent to whoever asks for a customer's account.
    pub(super) async fn of(url: &str) -> Self {
        let mut server = Self(PgConnection::connect(url).await.unwrap());
        server.run("ALTER TABLE account_access RENAME TO granted").await;
        server.run("CREATE TABLE silence (x BIGINT)").await;
        server
            .run(
                "CREATE VIEW account_access AS SELECT * FROM granted
                 UNION ALL SELECT 'issuer', 'ada', x FROM silence WHERE pg_sleep(600) IS NULL",
            )
            .await;
        server
    }

    pub(super) async fn falls_silent(&mut self) {
        self.run("INSERT INTO silence VALUES (0)").await;
    }

    /// To those who ask from now on.
    pub(super) async fn speaks_again(&mut self) {
        self.run("DELETE FROM silence").await;
    }

    /// Waits until so many have asked and hear nothing, and ends their connections as a server does that is stopped.
    pub(super) async fn hangs_up_on(&mut self, askers: i64) {
        self.is_asked_by(askers).await;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        self.run(sql).await;
    }

    /// Waits until so many have asked and hear nothing.
    pub(super) async fn is_asked_by(&mut self, askers: i64) {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut self.0).await.unwrap() < askers {
            tokio::task::yield_now().await;
        }
    }

    async fn run(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.0).await.unwrap();
    }
}
