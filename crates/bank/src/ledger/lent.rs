//! Connections to PostgreSQL, and how they are given back.
//!
//! The network may lose a server without a word. Then whatever waits for it waits for as long as the system believes in the
//! connection, a quarter of an hour or more; and while it waits, the connection keeps its place in the pool.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::sql::PATIENCE;

/// A connection that is given back to the pool in time, or closed.
pub(super) struct Lent {
    connection: PoolConnection<Postgres>,
    /// Something is being asked, or the answer was that the server is away. Whoever stops waiting then leaves a connection
    /// behind that may never answer, or be in the middle of a transaction, or lead to a server that only reads any more.
    pub(super) is_busy: bool,
}

impl From<PoolConnection<Postgres>> for Lent {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self { connection, is_busy: false }
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.is_busy {
            self.connection.close_on_drop();
        } else if let Ok(runtime) = Handle::try_current() {
            // The pool asks a connection whether it is alive before it takes it back, and does so without a limit.
            runtime.spawn(timeout(PATIENCE, self.connection.return_to_pool()));
        }
    }
}

#[cfg(test)]
mod tests {
    use database_setup::Database;
    use postgres_for_tests::{Durability, Server};

    use crate::ledger::{Ledger, postgres, silence};

    const ASK: &str = "SELECT account_id FROM account_access";

    async fn ledger_and_server() -> (Ledger, silence::Server, Server) {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        let database: Database = server.url("books").parse().unwrap();
        let ledger = Ledger::open(&database).await.unwrap();
        let silent = silence::Server::of(&server.url("books")).await;
        (ledger, silent, server)
    }

    #[tokio::test]
    async fn who_stops_waiting_for_a_silent_server_leaves_their_place_to_others() {
        let (ledger, mut server, _running) = ledger_and_server().await;
        server.falls_silent().await;
        for asker in 1..=postgres::READERS {
            tokio::select! {
                biased;
                answer = ledger.reader.all::<(i64,)>(ASK, &[]) => panic!("{answer:?}"),
                () = server.is_asked_by(asker.into()) => {}
            }
        }
        server.speaks_again().await;
        ledger.reader.all::<(i64,)>(ASK, &[]).await.unwrap();
    }

    #[tokio::test]
    async fn a_server_that_hangs_up_is_away() {
        let (ledger, mut server, _running) = ledger_and_server().await;
        server.falls_silent().await;
        let (answer, ()) = tokio::join!(ledger.reader.all::<(i64,)>(ASK, &[]), server.hangs_up_on(1));
        let error = answer.unwrap_err();
        assert!(error.is_away() && !error.is_locked_out(), "{error:?}");
    }
}
