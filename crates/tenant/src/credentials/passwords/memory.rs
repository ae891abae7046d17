//! The working memory of Argon2id: how much of it is taken at once, and that it is given back.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use argon2::Block;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::cost::MAX_MEMORY;

/// Blocks of 1 KiB that all checks together have at once: those of one that takes as much as it may.
const BUDGET: usize = MAX_MEMORY as usize;
/// glibc keeps what is freed for later, unless it is larger than 32 MiB (`DEFAULT_MMAP_THRESHOLD_MAX`): that goes back to the
/// system at once. Room that is not written to takes no memory.
const GIVEN_BACK: usize = (32 << 10) + 64;

/// Shared by all checks. One that is over leaves its blocks to the next; when nobody waits any more they are given back.
pub(super) struct Memory {
    /// A check keeps a core busy.
    cores: Arc<Semaphore>,
    /// Blocks that nobody has, or has a turn for.
    budget: Arc<Semaphore>,
    pool: Mutex<Pool>,
}

#[derive(Default)]
struct Pool {
    free: Vec<Vec<Block>>,
    /// Checks that wait or are at work.
    users: usize,
}

/// The turn of one check, with as many blocks as it needs.
pub(super) struct Turn {
    blocks: usize,
    _permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
    user: User,
}

/// One who needs memory, now or after a wait.
struct User(Arc<Memory>);

impl Memory {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cores: Arc::new(Semaphore::new(cores)),
            budget: Arc::new(Semaphore::new(BUDGET)),
            pool: Mutex::default(),
        }
    }

    /// Waits for a turn; who came first has it first.
    pub(super) async fn wait(memory: &Arc<Self>, blocks: usize) -> Turn {
        memory.pool().users += 1;
        let user = User(Arc::clone(memory));
        let share = u32::try_from(blocks.min(BUDGET)).unwrap_or(MAX_MEMORY);
        let core = Arc::clone(&memory.cores).acquire_owned().await;
        let budget = Arc::clone(&memory.budget).acquire_many_owned(share).await;
        // An error would say that they are closed, which they never are.
        Turn { blocks, _permits: core.ok().zip(budget.ok()), user }
    }

    /// Blocks for a turn. Free ones of another size make room where there is no room for both.
    fn take(&self, blocks: usize) -> Vec<Block> {
        let mut pool = self.pool();
        if let Some(at) = pool.free.iter().position(|free| free.len() == blocks) {
            return pool.free.swap_remove(at);
        }
        while pool.held() > self.budget.available_permits() {
            pool.free.pop();
        }
        drop(pool);
        let mut made = Vec::with_capacity(blocks.max(GIVEN_BACK));
        made.resize(blocks, Block::default());
        made
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock()
    }
}

impl Pool {
    fn held(&self) -> usize {
        self.free.iter().map(Vec::len).sum()
    }
}

impl Turn {
    pub(super) fn lend<T>(self, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let memory = &self.user.0;
        let mut blocks = memory.take(self.blocks);
        let result = work(&mut blocks);
        memory.pool().free.push(blocks);
        result
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let mut pool = self.0.pool();
        pool.users -= 1;
        let unused = if pool.users == 0 { std::mem::take(&mut pool.free) } else { Vec::new() };
        drop(pool);
        drop(unused);
    }
}

#[cfg(test)]
impl Memory {
    pub(super) fn turns(&self) -> usize {
        self.cores.available_permits()
    }

    /// Waits until no check is at work.
    pub(super) async fn all_over(&self, turns: usize) {
        let all = self.cores.acquire_many(u32::try_from(turns).unwrap()).await;
        assert_eq!(all.unwrap().num_permits(), turns);
    }

    pub(super) fn held(&self) -> usize {
        self.pool().held()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn memory(cores: usize) -> Arc<Memory> {
        Arc::new(Memory { cores: Arc::new(Semaphore::new(cores)), ..Memory::new() })
    }

    fn lend(turn: Turn) -> usize {
        turn.lend(|blocks| blocks.len())
    }

    /// Proves: password-check-budget
    #[tokio::test]
    async fn never_exceeds_budget() {
        let memory = memory(4);
        let half = Memory::wait(&memory, BUDGET / 2).await;
        let most = Memory::wait(&memory, BUDGET / 2).await;
        assert!(Memory::wait(&memory, 8).now_or_never().is_none(), "there is no room for it");
        drop(half);
        assert!(Memory::wait(&memory, BUDGET / 2 + 1).now_or_never().is_none());
        drop(most);
        assert!(Memory::wait(&memory, BUDGET).now_or_never().is_some());
    }

    /// Proves: password-check-budget
    #[tokio::test]
    async fn never_exceeds_cores() {
        let memory = memory(2);
        let turns = [Memory::wait(&memory, 8).await, Memory::wait(&memory, 8).await];
        assert!(Memory::wait(&memory, 8).now_or_never().is_none());
        drop(turns);
        assert!(Memory::wait(&memory, 8).now_or_never().is_some());
    }

    /// Proves: password-check-budget
    #[tokio::test]
    async fn reuses_blocks_while_waited_for() {
        let memory = memory(2);
        let next = Memory::wait(&memory, 16).await;
        assert_eq!(lend(Memory::wait(&memory, 16).await), 16);
        assert_eq!(memory.held(), 16);
        assert_eq!(lend(next), 16);
        assert_eq!(memory.held(), 0);
        // Who goes away without having worked leaves nothing behind either.
        let waits = Memory::wait(&memory, 16).await;
        lend(Memory::wait(&memory, 8).await);
        assert_eq!(memory.held(), 8);
        drop(waits);
        assert_eq!(memory.held(), 0);
    }

    /// Proves: password-check-budget
    #[tokio::test]
    async fn frees_blocks_of_other_size() {
        let memory = memory(2);
        let _waits = Memory::wait(&memory, 8).await;
        lend(Memory::wait(&memory, BUDGET / 2).await);
        assert_eq!(memory.held(), BUDGET / 2);
        let turn = Memory::wait(&memory, BUDGET - 8).await;
        assert_eq!(turn.lend(|_| memory.held()), 0, "together it would be more than the budget");
    }
}
