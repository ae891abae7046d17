//! One run: open the banks, kill them while customers pay, open them once more, query everything again, and check.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::task::JoinSet;

use crate::check::{self, Findings};
use crate::context::{OPENING_BALANCE, REQUEST_TIMEOUT, RunContext};
use crate::customer::SimulatedCustomer;
use crate::database::LedgerRows;
use crate::faults::{FaultCounts, FaultInjector};
use crate::faulty_proxy::Proxy;
use crate::history::{StatusResult, TransferAttempt, TransferResult};
use bank_for_tests::bank_process::{BankError, BankOptions, BankProcess};
use bank_for_tests::customers::{accounts, subject};
use bank_for_tests::deployment::Deployment;
use bank_for_tests::issuer::{TestIssuer, VIEW};

const MAX_CONCURRENT_QUERIES: usize = 16;

#[derive(Debug, Clone)]
pub struct CrashTestPlan {
    pub program: PathBuf,
    pub kills: u32,
    /// How often the standby of the database takes its primary's place, where it has one.
    pub promotions: u32,
    /// How many customers there are, each with an account; at least two.
    pub customers: usize,
    /// Decides the customers' actions and the faults. Timing is not reproducible.
    pub seed: u64,
}

#[derive(Debug, Clone)]
pub struct CrashTestReport {
    pub faults: FaultCounts,
    pub findings: Findings,
    pub errors: BTreeMap<String, usize>,
    pub time: Duration,
}

impl fmt::Display for CrashTestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Findings { violations, attempts, orders, acknowledged, refused, unknown, absent, booked } =
            &self.findings;
        let FaultCounts { kills, disk_faults, failed_calls, promotions, restarts, .. } = &self.faults;
        write!(f, "kills {kills}")?;
        if *disk_faults > 0 {
            write!(f, ", disk faults {disk_faults} with {failed_calls} failed calls")?;
        }
        if *promotions > 0 {
            write!(f, ", promotions {promotions}")?;
        }
        write!(
            f,
            ", transfers {booked}, acknowledged {acknowledged}, refused {refused}, unknown {unknown}, \
             violations {}, restarts needed {restarts}, seconds {:.1}; orders {orders}, requests {attempts}, \
             \"no such transfer\" {absent}",
            violations.len(),
            self.time.as_secs_f64(),
        )
    }
}

/// Runs it. The database must be empty.
pub async fn run(plan: &CrashTestPlan, deployment: &Deployment) -> Result<CrashTestReport, Box<dyn Error>> {
    let began = Instant::now();
    let mut rng = Rng::with_seed(plan.seed);
    let issuer = TestIssuer::start().await?;
    let start = BankOptions {
        program: plan.program.clone(),
        database: deployment.database_url.clone(),
        issuer: issuer.url.clone(),
        accounts: accounts(plan.customers, OPENING_BALANCE),
        envs: deployment.envs(),
        audit: false,
    };
    let mut banks: Vec<BankProcess> =
        (0..deployment.banks).map(|_| BankProcess::new(start.clone())).collect();
    open_all(&mut banks).await?;
    let addresses = banks.iter().map(BankProcess::address).collect();
    // The latest requests arrive after their customers' timeouts and next attempts.
    let proxy = Proxy::start(addresses, rng.fork(), REQUEST_TIMEOUT * 2).await?;
    let context = Arc::new(RunContext {
        issuer,
        customers: plan.customers,
        history: crate::history::History::default(),
    });

    let over = Arc::new(AtomicBool::new(false));
    let mut lives = JoinSet::new();
    for number in 0..plan.customers {
        let customer = SimulatedCustomer::new(Arc::clone(&context), number, proxy.address, rng.fork());
        lives.spawn(customer.run(Arc::clone(&over)));
    }
    let injector = FaultInjector {
        banks: &mut banks,
        deployment,
        context: &context,
        rng: &mut rng,
        done: FaultCounts::default(),
    };
    let faults = injector.run(plan.kills, plan.promotions).await;
    over.store(true, Ordering::Relaxed);
    let faults = faults?;
    lives.join_all().await;
    proxy.stop().await;

    // Once more, so that everything is read from the disk, and with the bank's own full audit.
    for bank in &mut banks {
        bank.kill().await?;
        bank.enable_audit();
    }
    open_all(&mut banks).await?;
    query_everything(&context, &banks, &mut rng).await;
    let books = LedgerRows::read(&deployment.direct_database_url).await?;
    let mut findings =
        check::check(&context.history.attempts.lock(), &context.history.queries.lock(), &books);
    for bank in &mut banks {
        bank.kill().await?;
    }
    if findings.acknowledged == 0 {
        findings.violations.push("no transfer was acknowledged: nothing was proved".to_owned());
    }
    findings.violations.splice(..0, faults.violations.iter().cloned());
    let mut errors = BTreeMap::new();
    for (error, times) in banks.iter().flat_map(BankProcess::errors) {
        *errors.entry(error).or_default() += times;
    }
    Ok(CrashTestReport { faults, findings, errors, time: began.elapsed() })
}

/// All at once, as they would be started on several machines.
async fn open_all(banks: &mut [BankProcess]) -> Result<(), BankError> {
    let mut opening = Vec::new();
    for bank in banks {
        opening.push(bank.start_opening()?);
    }
    for opening in opening {
        opening.await?;
    }
    Ok(())
}

/// Queries every order, and repeats those that were decided and those that are reported absent, with their tokens. Nothing of
/// this may change anything, and the responses are checked with all the others.
async fn query_everything(context: &Arc<RunContext>, banks: &[BankProcess], rng: &mut Rng) {
    let mut once: Vec<TransferAttempt> = context.history.attempts.lock().clone();
    once.retain(|attempt| attempt.token.may_transfer);
    // The decided ones first, so that deduplication keeps them.
    let decided = |attempt: &TransferAttempt| {
        matches!(
            TransferResult::of(attempt.response.as_ref()),
            TransferResult::Acknowledged(_) | TransferResult::Refused(_)
        )
    };
    once.sort_by_key(|attempt| (attempt.order.id.clone(), !decided(attempt)));
    once.dedup_by_key(|attempt| attempt.order.id.clone());
    let addresses: Vec<_> = banks.iter().filter_map(|bank| bank.address().get()).collect();
    let viewing: Vec<_> =
        (0..context.customers).map(|n| (subject(n), context.token(rng, &subject(n), VIEW))).collect();
    let viewing = Arc::new(std::collections::HashMap::<String, _>::from_iter(viewing));
    let mut asking = JoinSet::new();
    for attempt in once {
        if asking.len() >= MAX_CONCURRENT_QUERIES {
            asking.join_next().await;
        }
        let Some(address) = rng.choice(&addresses).copied() else { return };
        let (context, viewing, again) = (Arc::clone(context), Arc::clone(&viewing), decided(&attempt));
        asking.spawn(async move {
            if again {
                context.transfer(address, &attempt.order, &attempt.token).await;
            }
            if let Some(token) = viewing.get(&attempt.order.customer)
                && context.query_status(address, &attempt.order, token).await == StatusResult::Absent
            {
                context.transfer(address, &attempt.order, &attempt.token).await;
            }
        });
    }
    asking.join_all().await;
}
