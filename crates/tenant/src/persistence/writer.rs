//! Writes changes to the database, those that wait together in one transaction.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::connection::Connection;
use super::journal::{Change, Journal, Message, Written};
use crate::metrics;

/// The pause after a failure, and the longest that it becomes.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// When it makes sense to try again: as long as the longest pause between two attempts.
pub(crate) const RETRY_AFTER_SECONDS: &str = "2";
/// How often what is left is tried to be written when the tenant stops.
const MAX_CLOSING_ATTEMPTS: u32 = 3;

struct Writer {
    connection: Connection,
    queue: mpsc::UnboundedReceiver<Message>,
    /// Of two changes to one record only the second has to be written.
    waiting: HashMap<(&'static str, String), Change>,
    received: u64,
    /// Whether anything can still come, and who waits for the end.
    open: bool,
    told: Option<oneshot::Sender<()>>,
}

/// Writes for as long as somebody can send.
pub(super) fn start(connection: Connection) -> Journal {
    let (messages, queue) = mpsc::unbounded_channel();
    let (written, seen) = watch::channel(Written::default());
    let writer = Writer { connection, queue, waiting: HashMap::new(), received: 0, open: true, told: None };
    tokio::spawn(writer.work(written));
    Journal::new(messages, seen)
}

impl Writer {
    async fn work(mut self, written: watch::Sender<Written>) {
        let (mut pause, mut attempts) = (PAUSE.0, 0);
        while self.open || (!self.waiting.is_empty() && attempts < MAX_CLOSING_ATTEMPTS) {
            if self.waiting.is_empty() {
                let message = self.queue.recv().await;
                self.take(message);
            }
            // What has come meanwhile goes along.
            while self.open && !self.queue.is_empty() {
                let message = self.queue.recv().await;
                self.take(message);
            }
            metrics::pending(self.waiting.len());
            let batch: Vec<Change> = self.waiting.values().cloned().collect();
            match self.connection.write(&batch).await {
                Ok(()) => {
                    self.waiting.clear();
                    pause = PAUSE.0;
                    metrics::written(true, 0);
                    written.send_replace(Written { changes: self.received, failing_since: None });
                }
                Err(error) => {
                    tracing::error!(%error, "the tenant's database failed; what changes something has to wait");
                    metrics::written(false, batch.len());
                    written.send_modify(|written| {
                        written.failing_since.get_or_insert_with(Instant::now);
                    });
                    tokio::time::sleep(pause).await;
                    pause = (2 * pause).min(PAUSE.1);
                    attempts += u32::from(!self.open);
                }
            }
        }
        self.connection.close().await;
        if let Some(told) = self.told {
            // Nobody has to listen.
            let _ = told.send(());
        }
    }

    fn take(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Change(change)) => {
                self.received += 1;
                self.waiting.insert((change.kind, change.key.clone()), change);
            }
            Some(Message::Close(told)) => {
                self.open = false;
                self.told = Some(told);
            }
            None => self.open = false,
        }
    }
}
