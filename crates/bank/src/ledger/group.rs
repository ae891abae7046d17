//! Decisions that wait at the same time are made in one transaction, because what takes the time of a transaction is the
//! way to the disk at its end, and the way is as long for one as for many. Nobody is answered before the end.
//!
//! A writer takes all that is waiting, up to a limit, and whoever comes meanwhile waits for the next. So a group is as
//! large as the load makes it: one decision alone never waits for company.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::decide::{Awaited, Decision, Job, decide};
use super::health::Health;
use super::sql::{Connection, PATIENCE, Pool};
use super::{LedgerError, postgres};

/// How many decisions share a transaction at most. Their locks are held until its end.
const GROUP: usize = 64;
/// From so many on, those whose askers have gone are taken out. More than there are connections, so that this is rare.
const SWEEP: usize = 1024;
/// How often a transaction is tried that others have come in the way of.
const ATTEMPTS: u32 = 6;
/// The pause before the second attempt; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(5);

type Answer = Result<Decision, LedgerError>;

/// Where the decisions are written.
#[derive(Debug, Clone)]
struct Books {
    pool: Pool,
    health: Health,
}

/// Where decisions wait, and who makes them.
#[derive(Debug)]
pub(super) struct Counter {
    queue: Arc<Queue>,
    writers: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Somebody has come, or nobody will any more.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: VecDeque<(Job, oneshot::Sender<Answer>)>,
    /// The orders that writers have taken and not answered yet: nobody knows what becomes of them.
    taken: HashSet<(u64, Uuid)>,
    /// How many groups were taken.
    groups: u64,
    closed: bool,
}

/// Orders that a writer has taken, until this is dropped.
struct Taken<'a> {
    queue: &'a Queue,
    group: u64,
    jobs: Vec<Job>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        for job in &self.jobs {
            waiting.taken.remove(&(self.group, job.order.id));
        }
    }
}

impl Counter {
    /// With so many writers, each with a connection of its own.
    pub(super) fn open(pool: &Pool, writers: usize, health: &Health) -> Self {
        let queue = Arc::new(Queue::default());
        let books = Books { pool: pool.clone(), health: health.clone() };
        let writer = |_| tokio::spawn(keep_writing(books.clone(), Arc::clone(&queue)));
        let writers = (0..writers).map(writer).collect();
        Self { queue, writers: Mutex::new(writers) }
    }

    /// Waits for the decision. Whoever stops waiting before a writer has the locks for the order keeps it from being
    /// decided; after that, it is decided all the same.
    pub(super) async fn decide(&self, job: Job) -> Answer {
        let (sender, answer) = oneshot::channel();
        {
            let mut waiting = self.queue.waiting();
            if waiting.closed {
                return Err(LedgerError::Closed);
            }
            if waiting.jobs.len() >= SWEEP {
                // Nobody has come for them while the database was away, and those who asked have not waited.
                waiting.jobs.retain(|(_, asker)| !asker.is_closed());
            }
            waiting.jobs.push_back((job, sender));
        }
        self.queue.changed.notify_one();
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Whether an order is waiting for its decision, or for the end of the transaction that it is decided in.
    pub(super) fn is_undecided(&self, id: Uuid) -> bool {
        let waiting = self.queue.waiting();
        waiting.jobs.iter().any(|(job, asker)| job.order.id == id && !asker.is_closed())
            || waiting.taken.iter().any(|(_, taken)| *taken == id)
    }

    /// Takes no more, and waits until all that were waiting have been answered.
    pub(super) async fn close(&self) {
        self.queue.close();
        let writers = std::mem::take(&mut *held(&self.writers));
        for writer in writers {
            if let Err(error) = writer.await {
                tracing::error!(%error, "a writer of the books failed");
            }
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        held(&self.waiting)
    }

    fn close(&self) {
        self.waiting().closed = true;
        self.changed.notify_waiters();
    }

    /// Those who wait, as many as fit into a group; nothing when the counter is closed and nobody waits.
    async fn next(&self) -> Option<(Taken<'_>, Vec<oneshot::Sender<Answer>>)> {
        loop {
            // Before the look at the queue: what changes after it is not missed.
            let changed = self.changed.notified();
            {
                let mut waiting = self.waiting();
                // Who has gone has been told that nobody knows, and may have asked since and been told that there is no
                // such transfer: so it is not made any more.
                waiting.jobs.retain(|(_, asker)| !asker.is_closed());
                let size = waiting.jobs.len().min(GROUP);
                if size > 0 {
                    let (jobs, askers): (Vec<Job>, _) = waiting.jobs.drain(..size).unzip();
                    waiting.groups += 1;
                    let group = waiting.groups;
                    waiting.taken.extend(jobs.iter().map(|job| (group, job.order.id)));
                    if !waiting.jobs.is_empty() {
                        self.changed.notify_one();
                    }
                    return Some((Taken { queue: self, group, jobs }, askers));
                }
                if waiting.closed {
                    return None;
                }
            }
            changed.await;
        }
    }
}

/// What the lock protects is changed in one step, so a panic leaves nothing half done in it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A writer that panics undoes its transaction and is replaced: without one, everybody would wait for nothing.
async fn keep_writing(books: Books, queue: Arc<Queue>) {
    while let Err(error) = tokio::spawn(write(books.clone(), Arc::clone(&queue))).await {
        tracing::error!(%error, "a writer of the books failed");
        if error.is_cancelled() {
            return;
        }
    }
}

async fn write(books: Books, queue: Arc<Queue>) {
    while let Some((taken, senders)) = queue.next().await {
        let is_awaited = |place: usize| senders.get(place).is_some_and(|asker| !asker.is_closed());
        let answers = decide_all(&books, &taken.jobs, &is_awaited).await;
        drop(taken);
        for (answer, sender) in answers.into_iter().zip(senders) {
            // Whoever asked may have gone.
            let _ = sender.send(answer);
        }
    }
}

/// Makes these decisions, together if that is possible. When it is not because of one of them, each gets a transaction of
/// its own, so that it takes no other with it.
async fn decide_all(books: &Books, jobs: &[Job], is_awaited: &Awaited<'_>) -> Vec<Answer> {
    match decide_again(books, jobs, is_awaited).await {
        Ok(answers) => answers,
        // Where the database is away, each of them alone would wait as long as all of them have.
        Err(error) if jobs.len() > 1 && !error.is_away() => {
            let mut answers = Vec::with_capacity(jobs.len());
            for (place, job) in jobs.iter().enumerate() {
                // Each of these may have to wait for a lock.
                if !is_awaited(place) {
                    answers.push(Err(LedgerError::Left));
                    continue;
                }
                let answer = decide_again(books, std::slice::from_ref(job), &|_| is_awaited(place)).await;
                answers.push(answer.and_then(|mut one| one.pop().unwrap_or(Err(LedgerError::Answer))));
            }
            answers
        }
        Err(error) if jobs.len() == 1 => vec![Err(error)],
        Err(error) => {
            let error = Arc::new(error);
            jobs.iter().map(|_| Err(LedgerError::Group(Arc::clone(&error)))).collect()
        }
    }
}

/// Tries more than once where that helps.
async fn decide_again(
    books: &Books,
    jobs: &[Job],
    is_awaited: &Awaited<'_>,
) -> Result<Vec<Answer>, LedgerError> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match decide_together(books, jobs, is_awaited).await {
            Err(LedgerError::Database(error)) if postgres::is_transient(&error) => {
                tracing::debug!(%error, "a transaction is done again");
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
    decide_together(books, jobs, is_awaited).await
}

async fn decide_together(
    books: &Books,
    jobs: &[Job],
    is_awaited: &Awaited<'_>,
) -> Result<Vec<Answer>, LedgerError> {
    // As long as a server is busy with a transaction that was given up, it holds the accounts' locks: who asks for one of
    // its orders waits for these, and is not told that there is no such transfer.
    let decide = async |connection: &mut Connection| {
        let mut tx = connection.begin().await?;
        let decisions = decide(&mut tx, jobs, is_awaited).await?;
        tx.commit().await?;
        Ok(decisions.into_iter().map(|decision| decision.ok_or(LedgerError::Left)).collect())
    };
    let decided = async { books.pool.connect().await?.within(PATIENCE, decide).await }.await;
    books.health.note_write(decided.as_ref().err());
    decided
}

#[cfg(test)]
mod tests;
