//! The changes on their way to the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

/// How long an answer waits for the database. Together with the longest wait of a page it is less than a request may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// One record that has another value now, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    /// JSON; nothing when the record is gone.
    pub(crate) value: Option<String>,
}

/// What the writer is told.
pub(super) enum Message {
    Change(Change),
    /// Nothing comes after this; to be said when the database is closed.
    Close(oneshot::Sender<()>),
}

/// Takes changes. Clones write to the same database; one by [`Default`] writes to none.
#[derive(Clone, Default)]
pub(crate) struct Journal(Option<Arc<Way>>);

struct Way {
    messages: mpsc::UnboundedSender<Message>,
    /// How many were sent, or are about to be: counted before each is sent, so that nobody whose change is on its way
    /// reads a number that leaves it out.
    sent: AtomicU64,
    written: watch::Receiver<u64>,
}

/// What was to be kept is not in the database yet.
#[derive(Debug)]
pub(crate) struct NotKept;

impl Journal {
    pub(super) fn new(messages: mpsc::UnboundedSender<Message>, written: watch::Receiver<u64>) -> Self {
        Self(Some(Arc::new(Way { messages, sent: AtomicU64::new(0), written })))
    }

    pub(super) fn record(&self, change: impl FnOnce() -> Change) {
        if let Some(way) = &self.0 {
            way.sent.fetch_add(1, Ordering::SeqCst);
            // Without a writer nothing is settled any more, and nobody is answered.
            let _ = way.messages.send(Message::Change(change()));
        }
    }

    /// Waits until everything is in the database that has been recorded, and the database is closed.
    pub(crate) async fn finish(&self) {
        if let Some(way) = &self.0 {
            let (done, closed) = oneshot::channel();
            if way.messages.send(Message::Close(done)).is_ok() {
                // An error says that it is closed.
                let _ = closed.await;
            }
        }
    }

    /// Waits until everything is in the database that has been recorded so far.
    pub(crate) async fn settled(&self) -> Result<(), NotKept> {
        let Some(way) = &self.0 else { return Ok(()) };
        let sent = way.sent.load(Ordering::SeqCst);
        let mut written = way.written.clone();
        let all = written.wait_for(|written| *written >= sent);
        match tokio::time::timeout(PATIENCE, all).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(NotKept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        Change { kind: "count", key: "a".to_owned(), value: None }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_settled_before_it_is_written() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (written, seen) = watch::channel(0);
        let journal = Journal::new(sender, seen);
        journal.settled().await.expect("nothing was recorded");
        journal.record(change);
        journal.record(change);
        assert!(matches!(receiver.try_recv(), Ok(Message::Change(_))));
        written.send_replace(1);
        assert!(journal.settled().await.is_err(), "one of two");
        written.send_replace(2);
        journal.settled().await.expect("both");
        journal.record(change);
        drop((written, receiver));
        assert!(journal.settled().await.is_err(), "nobody writes any more");
    }

    #[tokio::test]
    async fn without_a_database_everything_is_settled() {
        let journal = Journal::default();
        journal.record(|| panic!("nobody needs it"));
        journal.settled().await.unwrap();
        journal.finish().await;
    }
}
