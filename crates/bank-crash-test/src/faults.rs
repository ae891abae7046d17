//! Kills banks and injects faults into the disk and the database, while customers pay.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use faulty_disk::{Disk, Fault};

use crate::context::{REQUEST_TIMEOUT, RunContext};
use crate::history::TransferResult;
use bank_for_tests::bank_process::{BankError, BankProcess};
use bank_for_tests::deployment::Deployment;
use bank_for_tests::http_client;
use bank_for_tests::issuer::TRANSFER;

/// The longest time between two faults. The shortest is none.
const MAX_PAUSE: Duration = Duration::from_millis(500);
const MAX_FAULT_DURATION: Duration = Duration::from_millis(800);
/// A fault begins at one of so many next calls.
const MAX_FIRST_CALL: u64 = 40;
/// How long a bank may take until it serves again, once what it stands on is sound. More than it takes to notice that a
/// database has gone without a word.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultCounts {
    pub kills: u32,
    pub disk_faults: u32,
    pub failed_calls: u64,
    pub promotions: u32,
    pub restarts: u32,
    pub(crate) violations: Vec<String>,
}

pub(crate) struct FaultInjector<'a> {
    pub(crate) banks: &'a mut [BankProcess],
    pub(crate) deployment: &'a Deployment,
    pub(crate) context: &'a Arc<RunContext>,
    pub(crate) rng: &'a mut Rng,
    pub(crate) done: FaultCounts,
}

impl FaultInjector<'_> {
    /// Ends with all banks up, and everything sound.
    pub(crate) async fn run(mut self, kills: u32, promotions: u32) -> Result<FaultCounts, Box<dyn Error>> {
        loop {
            let kills = kills.saturating_sub(self.done.kills);
            let promotions = promotions.saturating_sub(self.done.promotions);
            if kills + promotions == 0 {
                return Ok(self.done);
            }
            tokio::time::sleep(MAX_PAUSE.mul_f32(self.rng.f32())).await;
            if self.rng.u32(..kills + promotions) < promotions {
                self.promote(kills).await?;
            } else if let Some(disk) = &self.deployment.disk
                && self.rng.bool()
            {
                self.fail_disk(disk, kills).await?;
            } else {
                self.kill(kills).await?;
            }
        }
    }

    async fn kill(&mut self, left: u32) -> Result<(), BankError> {
        let which = self.rng.usize(..self.banks.len());
        self.kill_one(which).await?;
        let mut left = left - 1;
        // Now and then all are down, and now and then one dies while it is opening.
        if self.banks.len() > 1 && left > 0 && self.rng.u8(..4) == 0 {
            let other = (which + 1) % self.banks.len();
            self.kill_one(other).await?;
            left -= 1;
            self.banks[other].open().await?;
        }
        if left > 0 && self.rng.u8(..6) == 0 {
            self.banks[which].spawn()?;
            tokio::time::sleep(Duration::from_millis(self.rng.u64(..40))).await;
            self.kill_one(which).await?;
        }
        self.banks[which].open().await?;
        Ok(())
    }

    async fn kill_one(&mut self, which: usize) -> Result<(), BankError> {
        self.done.kills += 1;
        self.banks[which].kill().await
    }

    /// The disk fails for a while, from one of the next calls on, or at this call alone.
    async fn fail_disk(&mut self, disk: &Disk, kills: u32) -> Result<(), Box<dyn Error>> {
        let fault = self.rng.choice(Fault::ALL).unwrap_or(Fault::Full);
        let first = self.rng.u64(..MAX_FIRST_CALL);
        let until = if self.rng.bool() { u64::MAX } else { first + 1 };
        let before = disk.failed()?;
        disk.fail(first..until, fault)?;
        let time = MAX_FAULT_DURATION.mul_f32(self.rng.f32());
        let (early, late) = (time.mul_f32(self.rng.f32()), self.rng.u8(..3) == 0);
        tokio::time::sleep(early).await;
        let over = async {
            tokio::time::sleep(time.saturating_sub(early)).await;
            disk.heal()
        };
        if late && kills > 0 {
            self.restart_during(over).await??;
        } else {
            over.await?;
        }
        self.done.disk_faults += 1;
        self.done.failed_calls += disk.failed()? - before;
        self.expect_service(&format!("after {fault:?} from call {first} on")).await
    }

    /// The primary dies, and the standby takes its place.
    async fn promote(&mut self, kills: u32) -> Result<(), Box<dyn Error>> {
        let Some(cluster) = self.deployment.cluster.clone() else { return Ok(()) };
        let over = tokio::task::spawn_blocking(move || cluster.promote());
        let promoted = if kills > 0 && self.rng.u8(..3) == 0 {
            tokio::time::sleep(Duration::from_millis(self.rng.u64(..500))).await;
            self.restart_during(over).await?
        } else {
            over.await
        };
        promoted??;
        self.done.promotions += 1;
        self.expect_service("after a promotion").await
    }

    /// Kills a bank and starts it again while there is other trouble. It may refuse to open as long as there is, and not
    /// any more when it is over.
    async fn restart_during<T>(&mut self, over: impl Future<Output = T>) -> Result<T, BankError> {
        let which = self.rng.usize(..self.banks.len());
        self.kill_one(which).await?;
        let bank = &mut self.banks[which];
        let (opened, over) = tokio::join!(bank.start_opening()?, over);
        if let Err(BankError::Ended { .. }) = opened {
            bank.open().await?;
        } else {
            opened?;
        }
        Ok(over)
    }

    /// Every bank serves again without a restart. One that does not is restarted all the same, so that the rest of the run
    /// is worth something.
    async fn expect_service(&mut self, when: &str) -> Result<(), Box<dyn Error>> {
        for which in 0..self.banks.len() {
            let sound_since = Instant::now();
            let bank = &mut self.banks[which];
            let response = {
                let served = pin!(wait_until_serving(self.context, bank, self.rng));
                tokio::time::timeout(RECOVERY_TIMEOUT, served).await
            };
            if response.is_ok() {
                continue;
            }
            self.done.restarts += 1;
            let seconds = sound_since.elapsed().as_secs();
            self.done.violations.push(format!("bank {which} did not serve within {seconds} seconds {when}"));
            bank.kill().await?;
            bank.open().await?;
        }
        Ok(())
    }
}

/// Waits until an order is decided, and the bank reports that it is ready.
async fn wait_until_serving(context: &Arc<RunContext>, bank: &BankProcess, rng: &mut Rng) {
    loop {
        let Some(address) = bank.address().get() else { return };
        let customer = rng.usize(..context.customers);
        let order = context.order(rng, customer);
        let token = context.token(rng, &order.customer, TRANSFER);
        let result = context.transfer(address, &order, &token).await;
        let ready = http_client::send(address, &http_client::get("/healthz", ""), REQUEST_TIMEOUT).await;
        if result != TransferResult::Unknown && ready.is_some_and(|response| response.status == 200) {
            return;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
