//! The changes on their way to the database.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// How long an answer waits for the database, and how long the database may fail before nobody waits any more. Together with the longest wait of a page it is less than a request may take.
const WRITE_TIMEOUT: Duration = Duration::from_secs(4);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    /// JSON; nothing when the record is gone.
    pub(crate) value: Option<String>,
}

pub(super) enum Message {
    Change(Change),
    /// Nothing comes after this; to be said when the database is closed.
    Close(oneshot::Sender<()>),
}

/// Takes changes. Clones write to the same database; one by [`Default`] writes to none.
#[derive(Clone, Default)]
pub(crate) struct Journal(Option<Arc<Channel>>);

struct Channel {
    queue: Mutex<Queue>,
    written: watch::Receiver<Written>,
}

struct Queue {
    messages: mpsc::UnboundedSender<Message>,
    /// How many changes were sent. The number of a change is how many there are with it.
    sent: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    /// How many of the changes that were sent are in the database.
    pub(super) changes: u64,
    /// Since when every attempt has failed; another is made soon.
    pub(super) failing_since: Option<Instant>,
}

tokio::task_local! {
    /// The last change that the request under way has made or has seen.
    static LAST_CHANGE: Cell<u64>;
}

/// What was to be kept is not in the database yet.
#[derive(Debug)]
pub(crate) struct NotPersisted;

impl Journal {
    pub(super) fn new(messages: mpsc::UnboundedSender<Message>, written: watch::Receiver<Written>) -> Self {
        Self(Some(Arc::new(Channel { queue: Mutex::new(Queue { messages, sent: 0 }), written })))
    }

    /// Sends a change on its way, and gives its number.
    pub(super) fn record(&self, change: impl FnOnce() -> Change) -> u64 {
        let Some(channel) = &self.0 else { return 0 };
        let mut queue = channel.queue.lock();
        queue.sent += 1;
        // Without a writer nothing is settled any more, and nobody is answered.
        let _ = queue.messages.send(Message::Change(change()));
        mark_last(queue.sent);
        queue.sent
    }

    /// The request under way has seen what this change made: it is not answered before that is in the database.
    pub(super) fn mark_seen(change: u64) {
        mark_last(change);
    }

    pub(crate) fn is_writing(&self) -> bool {
        let Some(channel) = &self.0 else { return true };
        // An error says that the writer is gone.
        channel.written.borrow().failing_since.is_none() && channel.written.has_changed().is_ok()
    }

    /// Waits until everything is in the database that has been recorded, and the database is closed.
    pub(crate) async fn finish(&self) {
        if let Some(channel) = &self.0 {
            let (done, closed) = oneshot::channel();
            let sent = channel.queue.lock().messages.send(Message::Close(done));
            if sent.is_ok() {
                // An error says that it is closed.
                let _ = closed.await;
            }
        }
    }

    /// Does this, and waits until the changes are in the database that it has made or seen. Whoever changes and sees nothing
    /// that is still on its way waits for nothing.
    pub(crate) async fn settled<T>(&self, work: impl Future<Output = T>) -> Result<T, NotPersisted> {
        let counted = async {
            let done = work.await;
            (done, LAST_CHANGE.with(Cell::get))
        };
        let (done, last) = LAST_CHANGE.scope(Cell::new(0), counted).await;
        self.has_written(last).await.map(|()| done)
    }

    async fn has_written(&self, change: u64) -> Result<(), NotPersisted> {
        let Some(channel) = self.0.as_ref().filter(|_| change > 0) else { return Ok(()) };
        let mut written = channel.written.clone();
        // Where others have waited long enough, nobody else does: they would only be more.
        let deadline = written.borrow().failing_since.unwrap_or_else(Instant::now) + WRITE_TIMEOUT;
        let wait = written.wait_for(|written| written.changes >= change);
        match tokio::time::timeout_at(deadline, wait).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(NotPersisted),
        }
    }
}

/// Nobody has to be there: at the start, for example, changes are made without a request.
fn mark_last(change: u64) {
    let _ = LAST_CHANGE.try_with(|last| last.set(last.get().max(change)));
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn change() -> Change {
        Change { kind: "count", key: "a".to_owned(), value: None }
    }

    fn written(changes: u64) -> Written {
        Written { changes, failing_since: None }
    }

    /// Proves: tenant-durable-responses
    #[tokio::test(start_paused = true)]
    async fn request_waits_for_its_own_changes() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (writer, seen) = watch::channel(Written::default());
        let journal = Journal::new(sender, seen);
        let change_twice = async {
            journal.record(change);
            journal.record(change);
        };
        assert!(journal.settled(change_twice).await.is_err(), "neither is written");
        assert!(matches!(receiver.try_recv(), Ok(Message::Change(_))));
        journal.settled(async {}).await.expect("it has changed nothing");
        journal.settled(async { Journal::mark_seen(1) }).await.expect_err("it tells of what may be lost");
        writer.send_replace(written(1));
        journal.settled(async { Journal::mark_seen(1) }).await.expect("it is written");
        let third = journal.settled(async { journal.record(change) });
        writer.send_replace(written(2));
        assert!(third.await.is_err(), "two of three");
        let fourth = journal.settled(async {
            journal.record(change);
            writer.send_replace(written(4));
        });
        fourth.await.expect("all");
        let failing_since = Some(Instant::now() - WRITE_TIMEOUT);
        writer.send_modify(|written| written.failing_since = failing_since);
        let fifth = async { journal.record(change) };
        assert!(journal.settled(fifth).now_or_never().unwrap().is_err(), "it has waited long enough");
        assert!(!journal.is_writing());
        let sixth = async { journal.record(change) };
        drop((writer, receiver));
        assert!(journal.settled(sixth).await.is_err(), "nobody writes any more");
        assert!(!journal.is_writing());
    }

    #[tokio::test]
    async fn is_settled_without_database() {
        let journal = Journal::default();
        let work = async {
            journal.record(|| panic!("nobody needs it"));
            journal.is_writing()
        };
        assert!(journal.settled(work).await.unwrap());
        journal.finish().await;
    }
}
