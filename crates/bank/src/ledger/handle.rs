//! The open ledger.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use super::account::{Account, Customer};
use super::account_loader::{AccountLoader, AccountReader};
use super::decision::TransferDecision;
use super::error::LedgerError;
use super::health::Health;
use super::order::TransferRequest;
use super::store::{Connection, LedgerStore, QUERY_TIMEOUT};
use super::transfer_queue::{TransferQueue, TransferWriter};

/// The open ledger. Cheap to clone; all clones share the same connections.
#[derive(Clone)]
pub struct Ledger {
    pub(super) store: LedgerStore,
    pub(super) queue: Arc<TransferQueue>,
    pub(super) loader: Arc<AccountLoader>,
    pub(super) health: Health,
}

impl Ledger {
    pub(super) fn new(store: LedgerStore) -> Self {
        let health = Health::default();
        let writer = TransferWriter { pool: store.writer.clone(), health: health.clone() };
        let queue = Arc::new(TransferQueue::start(store.writers, &writer));
        let loader = Arc::new(AccountLoader::start(1, &AccountReader(store.reader.clone())));
        Self { store, queue, loader, health }
    }

    /// Decides an order, at most once. When this returns, the decision is on the disk.
    pub(crate) async fn decide(&self, request: TransferRequest) -> Result<TransferDecision, LedgerError> {
        self.queue.submit(request).await.unwrap_or(Err(LedgerError::Closed))
    }

    pub(crate) async fn account_of(&self, customer: &Customer) -> Result<Option<Account>, LedgerError> {
        self.loader.submit(customer.clone()).await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Does what is written beside the orders.
    pub(super) async fn write_beside<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let pool = &self.store.side_writer;
        let written = async {
            pool.acquire().await?.work_within(QUERY_TIMEOUT, LedgerError::is_unavailable, work).await
        }
        .await;
        self.health.note_write(written.as_ref().err());
        written
    }

    /// Waits for what is under way and closes the connections.
    pub(crate) async fn close(&self) {
        self.queue.close().await;
        self.store.close().await;
    }
}

/// A server whose standby is unavailable lets a commit wait without end.
const OPENING_WRITE_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn with_write_timeout<T, E: From<sqlx::Error>>(
    write: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let timed_out = |_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()).into());
    tokio::time::timeout(OPENING_WRITE_TIMEOUT, write).await.unwrap_or_else(timed_out)
}
