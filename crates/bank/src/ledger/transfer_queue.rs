//! Decides orders in one transaction that wait at the same time. No caller has its decision before the commit.

use std::sync::Arc;
use std::time::Duration;

use super::batcher::{Batcher, Handler, IsAwaited};
use super::decide::decide;
use super::decision::TransferDecision;
use super::error::LedgerError;
use super::health::Health;
use super::order::TransferRequest;
use super::store::{Connection, Pool, QUERY_TIMEOUT, is_retryable};

/// The pauses, in milliseconds, before a transaction is tried again that conflicts with others.
const RETRY_PAUSES: [u64; 5] = [5, 10, 20, 40, 80];

type DecisionResult = Result<TransferDecision, LedgerError>;

/// Where orders wait for their decision. A caller that stops waiting before a writer has the locks for the order withdraws it;
/// after that, it is decided all the same.
pub(super) type TransferQueue = Batcher<TransferWriter>;

#[derive(Clone)]
pub(super) struct TransferWriter {
    pub(super) pool: Pool,
    pub(super) health: Health,
}

impl Handler for TransferWriter {
    type Request = TransferRequest;
    type Reply = DecisionResult;
    /// The locks of all orders in a batch are held until its end.
    const MAX_BATCH: usize = 64;

    /// Decides these orders, together if that is possible. When it is not because of one of them, each gets a transaction of
    /// its own, so that it takes no other with it.
    async fn handle(&self, requests: &[TransferRequest], is_awaited: &IsAwaited<'_>) -> Vec<DecisionResult> {
        match self.decide_with_retries(requests, is_awaited).await {
            Ok(decisions) => decisions,
            Err(error) if requests.len() == 1 => vec![Err(error)],
            // With an unavailable database, each of them alone would time out again.
            Err(error) if !error.is_unavailable() => {
                let mut decisions = Vec::with_capacity(requests.len());
                for (index, request) in requests.iter().enumerate() {
                    decisions.push(self.decide_one(request, &|_| is_awaited(index)).await);
                }
                decisions
            }
            Err(error) => {
                let error = Arc::new(error);
                requests.iter().map(|_| Err(LedgerError::Batch(Arc::clone(&error)))).collect()
            }
        }
    }
}

impl TransferWriter {
    async fn decide_one(&self, request: &TransferRequest, is_awaited: &IsAwaited<'_>) -> DecisionResult {
        // It may have had to wait for the locks of those before it.
        if !is_awaited(0) {
            return Err(LedgerError::Abandoned);
        }
        let decisions = self.decide_with_retries(std::slice::from_ref(request), is_awaited).await?;
        decisions.into_iter().next().unwrap_or(Err(LedgerError::UnexpectedRows))
    }

    async fn decide_with_retries(
        &self,
        requests: &[TransferRequest],
        is_awaited: &IsAwaited<'_>,
    ) -> Result<Vec<DecisionResult>, LedgerError> {
        for pause in RETRY_PAUSES {
            match self.decide_together(requests, is_awaited).await {
                Err(LedgerError::Database(error)) if is_retryable(&error) => {
                    tracing::debug!(%error, "a transaction is tried again");
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                done => return done,
            }
        }
        self.decide_together(requests, is_awaited).await
    }

    async fn decide_together(
        &self,
        requests: &[TransferRequest],
        is_awaited: &IsAwaited<'_>,
    ) -> Result<Vec<DecisionResult>, LedgerError> {
        // As long as the server is busy with a transaction that timed out here, it holds the accounts' locks. A status query
        // for one of its orders waits for them, so it cannot retire the order.
        let decide = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            let decisions = decide(&mut tx, requests, is_awaited).await?;
            tx.commit().await?;
            Ok(decisions.into_iter().map(|decision| decision.ok_or(LedgerError::Abandoned)).collect())
        };
        let decided = async {
            self.pool.acquire().await?.work_within(QUERY_TIMEOUT, LedgerError::is_unavailable, decide).await
        }
        .await;
        self.health.note_write(decided.as_ref().err());
        decided
    }
}

#[cfg(test)]
mod tests;
