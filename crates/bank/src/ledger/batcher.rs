//! Handles requests together that wait at the same time, because most of a query's or a transaction's time is the round trip
//! to the database or its disk, which takes no longer for many requests than for one.
//!
//! A worker takes all that are waiting, up to a limit; later ones wait for the next batch. So batches grow with the load, and a
//! single request is handled at once. No request is in a batch that began before it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// With so many waiting requests, abandoned ones are removed when another one comes. There are fewer connections than this, so
/// that it is rare.
const SWEEP_THRESHOLD: usize = 1024;

/// Whether a caller still waits for the request at this index of the batch.
pub(super) type IsAwaited<'a> = dyn Fn(usize) -> bool + Sync + 'a;

pub(super) trait Handler: Clone + Send + Sync + 'static {
    type Request: Send + Sync + 'static;
    type Reply: Send + 'static;
    const MAX_BATCH: usize;

    /// Returns one reply for each request, in their order.
    fn handle(
        &self,
        requests: &[Self::Request],
        is_awaited: &IsAwaited<'_>,
    ) -> impl Future<Output = Vec<Self::Reply>> + Send;
}

pub(super) struct Batcher<H: Handler> {
    queue: Arc<BatchQueue<H>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

struct BatchQueue<H: Handler> {
    state: Mutex<QueueState<H>>,
    /// A request has come, or none will come any more.
    changed: Notify,
}

struct QueueState<H: Handler> {
    waiting: VecDeque<WaitingRequest<H>>,
    /// The requests that workers have taken and not replied to yet, by the number of the batch.
    in_progress: HashMap<u64, Arc<[H::Request]>>,
    batches: u64,
    is_closed: bool,
}

struct WaitingRequest<H: Handler> {
    request: H::Request,
    caller: oneshot::Sender<H::Reply>,
}

/// Requests that a worker has taken, in progress until this is dropped.
struct Batch<'a, H: Handler> {
    queue: &'a BatchQueue<H>,
    number: u64,
    requests: Arc<[H::Request]>,
    callers: Vec<oneshot::Sender<H::Reply>>,
}

impl<H: Handler> Drop for Batch<'_, H> {
    fn drop(&mut self) {
        self.queue.state.lock().in_progress.remove(&self.number);
    }
}

impl<H: Handler> Batcher<H> {
    pub(super) fn start(workers: u32, handler: &H) -> Self {
        let state = QueueState {
            waiting: VecDeque::new(),
            in_progress: HashMap::new(),
            batches: 0,
            is_closed: false,
        };
        let queue = Arc::new(BatchQueue { state: Mutex::new(state), changed: Notify::new() });
        let start = |_| tokio::spawn(keep_working(handler.clone(), Arc::clone(&queue)));
        Self { workers: Mutex::new((0..workers).map(start).collect()), queue }
    }

    /// Waits for the reply; there is none when the batcher is closed or the worker panics. A caller that stops waiting before
    /// a worker takes the request withdraws it.
    pub(super) async fn submit(&self, request: H::Request) -> Option<H::Reply> {
        let (caller, reply) = oneshot::channel();
        {
            let mut state = self.queue.state.lock();
            if state.is_closed {
                return None;
            }
            if state.waiting.len() >= SWEEP_THRESHOLD {
                state.remove_abandoned();
            }
            state.waiting.push_back(WaitingRequest { request, caller });
        }
        self.queue.changed.notify_one();
        reply.await.ok()
    }

    /// Whether such a request is waiting or in progress.
    pub(super) fn has(&self, is_wanted: impl Fn(&H::Request) -> bool) -> bool {
        let state = self.queue.state.lock();
        state.waiting.iter().any(|it| is_wanted(&it.request) && !it.caller.is_closed())
            || state.in_progress.values().flat_map(|batch| batch.iter()).any(is_wanted)
    }

    /// Takes no more requests, and waits until all that were waiting have their replies.
    pub(super) async fn close(&self) {
        self.queue.close();
        let workers = std::mem::take(&mut *self.workers.lock());
        for worker in workers {
            if let Err(error) = worker.await {
                tracing::error!(%error, "a worker of the ledger failed");
            }
        }
    }

    #[cfg(test)]
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.queue.state.lock();
        (state.waiting.len(), state.in_progress.values().map(|batch| batch.len()).sum())
    }
}

impl<H: Handler> Drop for Batcher<H> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl<H: Handler> QueueState<H> {
    fn remove_abandoned(&mut self) {
        self.waiting.retain(|it| !it.caller.is_closed());
    }
}

impl<H: Handler> BatchQueue<H> {
    fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_waiters();
    }

    /// Waits for requests; there are none when the batcher is closed and all have been taken.
    async fn next(&self) -> Option<Batch<'_, H>> {
        loop {
            // Before the look at the queue: what changes after it is not missed.
            let changed = self.changed.notified();
            {
                let mut state = self.state.lock();
                // An abandoned request must not be handled: its caller may have asked for its status since.
                state.remove_abandoned();
                let size = state.waiting.len().min(H::MAX_BATCH);
                if size > 0 {
                    let (requests, callers): (Vec<_>, _) =
                        state.waiting.drain(..size).map(|it| (it.request, it.caller)).unzip();
                    let requests: Arc<[_]> = requests.into();
                    state.batches += 1;
                    let number = state.batches;
                    state.in_progress.insert(number, Arc::clone(&requests));
                    if state.waiting.front().is_some() {
                        // What came while no worker was waiting has woken one only.
                        self.changed.notify_one();
                    }
                    return Some(Batch { queue: self, number, requests, callers });
                }
                if state.is_closed {
                    return None;
                }
            }
            changed.await;
        }
    }
}

/// A worker that panics is replaced, or callers would wait for ever.
async fn keep_working<H: Handler>(handler: H, queue: Arc<BatchQueue<H>>) {
    while let Err(error) = tokio::spawn(work(handler.clone(), Arc::clone(&queue))).await {
        tracing::error!(%error, "a worker of the ledger failed");
        if error.is_cancelled() {
            return;
        }
    }
}

async fn work<H: Handler>(handler: H, queue: Arc<BatchQueue<H>>) {
    while let Some(mut batch) = queue.next().await {
        let is_awaited = |index: usize| batch.callers.get(index).is_some_and(|caller| !caller.is_closed());
        let replies = handler.handle(&batch.requests, &is_awaited).await;
        let callers = std::mem::take(&mut batch.callers);
        drop(batch);
        for (reply, caller) in replies.into_iter().zip(callers) {
            // The caller may have gone.
            let _ = caller.send(reply);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;
    use tokio::sync::Semaphore;
    use tokio::time::timeout;

    use super::*;

    /// Handles one batch for each permit, and panics on zero.
    #[derive(Clone)]
    struct HeldHandler {
        permits: Arc<Semaphore>,
        begun: Arc<Mutex<Vec<u32>>>,
    }

    impl HeldHandler {
        fn new(permits: usize) -> Self {
            Self { permits: Arc::new(Semaphore::new(permits)), begun: Arc::default() }
        }
    }

    impl Handler for HeldHandler {
        type Request = u32;
        type Reply = u32;
        const MAX_BATCH: usize = 2;

        async fn handle(&self, requests: &[u32], _: &IsAwaited<'_>) -> Vec<u32> {
            self.begun.lock().extend(requests);
            self.permits.acquire().await.unwrap().forget();
            assert!(!requests.contains(&0), "a handler that panics");
            requests.to_vec()
        }
    }

    #[tokio::test]
    async fn replies_after_a_panic() {
        let batcher = Batcher::start(1, &HeldHandler::new(2));
        assert!(batcher.submit(0).await.is_none(), "it waits for nobody");
        assert_eq!(batcher.submit(1).await, Some(1));
        assert_eq!(batcher.counts(), (0, 0));
    }

    #[tokio::test]
    async fn request_is_in_progress_until_its_own_batch_ends() {
        let handler = HeldHandler::new(0);
        let batcher = Batcher::start(2, &handler);
        let (mut first, mut second) = (pin!(batcher.submit(1)), pin!(batcher.submit(2)));
        for (submitted, begun) in [(first.as_mut(), 1), (second.as_mut(), 2)] {
            assert!(submitted.now_or_never().is_none());
            while handler.begun.lock().len() < begun {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(batcher.counts(), (0, 2));
        handler.permits.add_permits(1);
        assert_eq!(first.await, Some(1));
        assert!(!batcher.has(|request| *request == 1) && batcher.has(|request| *request == 2));
        handler.permits.add_permits(1);
        assert_eq!(second.await, Some(2));
    }

    #[tokio::test]
    async fn abandoned_requests_are_removed_and_not_handled() {
        let handler = HeldHandler::new(0);
        let batcher = Batcher::start(1, &handler);
        let mut first = pin!(batcher.submit(1));
        assert!(first.as_mut().now_or_never().is_none());
        while batcher.counts() != (0, 1) {
            tokio::task::yield_now().await;
        }
        let abandoned = join_all((0..SWEEP_THRESHOLD).map(|_| batcher.submit(2)));
        assert!(abandoned.now_or_never().is_none());
        assert_eq!(batcher.counts(), (SWEEP_THRESHOLD, 1));
        assert!(batcher.submit(3).now_or_never().is_none());
        assert_eq!(batcher.counts(), (1, 1), "the next one removes them where they are many");

        handler.permits.add_permits(2);
        assert_eq!(batcher.submit(4).await, Some(4));
        assert_eq!(first.await, Some(1));
        assert_eq!(*handler.begun.lock(), [1, 4], "a worker removes them where they are few");
    }

    #[tokio::test]
    async fn close_waits_for_replies_and_takes_no_more_requests() {
        let handler = HeldHandler::new(0);
        let batcher = Batcher::start(1, &handler);
        let (mut waiting, mut closing) = (pin!(batcher.submit(1)), pin!(batcher.close()));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(closing.as_mut().now_or_never().is_none());
        assert_eq!(batcher.submit(2).await, None);
        handler.permits.add_permits(1);
        closing.await;
        assert_eq!(waiting.now_or_never(), Some(Some(1)));
    }

    #[tokio::test]
    async fn drop_ends_workers() {
        let batcher = Batcher::start(2, &HeldHandler::new(0));
        let workers = std::mem::take(&mut *batcher.workers.lock());
        drop(batcher);
        let ended = timeout(Duration::from_mins(1), join_all(workers)).await.unwrap();
        assert!(ended.iter().all(Result::is_ok));
    }
}
