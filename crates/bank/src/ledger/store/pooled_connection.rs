//! Connections to PostgreSQL, and how they go back to their pool.
//!
//! A server can become unreachable without closing its connections. Then a query waits until the system gives the connection up,
//! a quarter of an hour or more, and the connection keeps its place in the pool.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::statement::QUERY_TIMEOUT;

/// A connection that returns to the pool in time, or is closed.
pub(crate) struct PooledConnection {
    connection: PoolConnection<Postgres>,
    /// A query is under way, or the server was unavailable. A connection that is dropped in this state may never answer, be
    /// in the middle of a transaction, or lead to a server that has become read-only: it is closed.
    pub(super) is_busy: bool,
}

impl From<PoolConnection<Postgres>> for PooledConnection {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self { connection, is_busy: false }
    }
}

impl Deref for PooledConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if self.is_busy {
            self.connection.close_on_drop();
        } else if let Ok(runtime) = Handle::try_current() {
            // The pool asks a connection whether it is alive before it takes it back, and does so without a limit.
            runtime.spawn(timeout(QUERY_TIMEOUT, self.connection.return_to_pool()));
        }
    }
}
