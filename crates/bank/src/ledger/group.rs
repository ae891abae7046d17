//! Decisions that wait at the same time are made in one transaction, because what takes the time of a transaction is the
//! way to the disk at its end, and the way is as long for one as for many. Nobody is answered before the end.
//!
//! A writer takes all that is waiting, up to a limit, and whoever comes meanwhile waits for the next. So a group is as
//! large as the load makes it: one decision alone never waits for company.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::decide::{Decision, Job, decide};
use super::sql::{Pool, Tx};
use super::{LedgerError, postgres};

/// How many decisions share a transaction at most. Their locks are held until its end.
const GROUP: usize = 64;
/// How often a transaction is tried that others have come in the way of.
const ATTEMPTS: u32 = 6;
/// The pause before the second attempt; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(5);

type Answer = Result<Decision, LedgerError>;

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
    closed: bool,
}

impl Counter {
    /// With so many writers, each with a connection of its own.
    pub(super) fn open(pool: &Pool, writers: usize) -> Self {
        let queue = Arc::new(Queue::default());
        let writer = |_| tokio::spawn(write(pool.clone(), Arc::clone(&queue)));
        let writers = (0..writers).map(writer).collect();
        Self { queue, writers: Mutex::new(writers) }
    }

    /// Waits for the decision. Whoever stops waiting does not keep it from being made.
    pub(super) async fn decide(&self, job: Job) -> Answer {
        let (sender, answer) = oneshot::channel();
        {
            let mut waiting = self.queue.waiting();
            if waiting.closed {
                return Err(LedgerError::Closed);
            }
            waiting.jobs.push_back((job, sender));
        }
        self.queue.changed.notify_one();
        answer.await.unwrap_or(Err(LedgerError::Closed))
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
    async fn next(&self) -> Option<(Vec<Job>, Vec<oneshot::Sender<Answer>>)> {
        loop {
            // Before the look at the queue: what changes after it is not missed.
            let changed = self.changed.notified();
            {
                let mut waiting = self.waiting();
                let group = waiting.jobs.len().min(GROUP);
                if group > 0 {
                    let group = waiting.jobs.drain(..group).unzip();
                    if !waiting.jobs.is_empty() {
                        self.changed.notify_one();
                    }
                    return Some(group);
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

async fn write(pool: Pool, queue: Arc<Queue>) {
    while let Some((jobs, senders)) = queue.next().await {
        for (answer, sender) in decide_all(&pool, &jobs).await.into_iter().zip(senders) {
            // Whoever asked may have gone.
            let _ = sender.send(answer);
        }
    }
}

/// Makes these decisions, together if that is possible. When it is not because of one of them, each gets a transaction of
/// its own, so that it takes no other with it.
async fn decide_all(pool: &Pool, jobs: &[Job]) -> Vec<Answer> {
    match decide_again(pool, jobs).await {
        Ok(decisions) => decisions.into_iter().map(Ok).collect(),
        Err(error) if jobs.len() > 1 && is_of_one(&error) => {
            let mut answers = Vec::with_capacity(jobs.len());
            for job in jobs {
                let answer = decide_again(pool, std::slice::from_ref(job)).await;
                answers.push(answer.and_then(|mut one| one.pop().ok_or(LedgerError::Closed)));
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
async fn decide_again(pool: &Pool, jobs: &[Job]) -> Result<Vec<Decision>, LedgerError> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match decide_together(pool, jobs).await {
            Err(LedgerError::Database(error)) if postgres::is_transient(&error) => {
                tracing::debug!(%error, "a transaction is done again");
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
    decide_together(pool, jobs).await
}

async fn decide_together(pool: &Pool, jobs: &[Job]) -> Result<Vec<Decision>, LedgerError> {
    let mut tx = Tx::begin(pool).await?;
    if let Tx::Postgres(tx) = &mut tx {
        postgres::lock_accounts(tx, jobs).await?;
    }
    let mut decisions = Vec::with_capacity(jobs.len());
    for job in jobs {
        decisions.push(decide(&mut tx, job).await?);
    }
    tx.commit().await?;
    Ok(decisions)
}

/// Whether a group failed because of one of its decisions, and not because the database is out of reach.
fn is_of_one(error: &LedgerError) -> bool {
    match error {
        LedgerError::Database(error) => !matches!(
            error,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
