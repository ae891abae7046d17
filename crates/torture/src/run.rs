//! One run: open, torture, open once more, ask for everything again, judge.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::task::JoinSet;

use crate::books::Books;
use crate::check::{self, Findings};
use crate::customer::Customer;
use crate::history::{Attempt, Meaning};
use crate::issuer::{Issuer, IssuerError};
use crate::program::{BankError, Program, Start};
use crate::proxy::Proxy;
use crate::world::{PATIENCE, World, accounts, subject};

/// The longest time between two kills. The shortest is none.
const LIFE: Duration = Duration::from_millis(500);
/// How many ask at the same time when everything is asked for again.
const ASKING: usize = 16;

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The bank's program.
    pub program: PathBuf,
    /// As for its `--database`. It must be empty.
    pub database: String,
    /// How many banks share the database.
    pub banks: usize,
    /// How often a bank is killed.
    pub kills: u32,
    /// How many customers there are, each with an account; at least two.
    pub customers: usize,
    /// Decides who does what, and which request meets which fault. The machine decides the rest.
    pub seed: u64,
}

/// What came out of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// How often a bank was killed.
    pub kills: u32,
    /// What was seen, and what is wrong with it.
    pub findings: Findings,
    /// From the first start to the last check.
    pub time: Duration,
}

/// Why a run came to no end. A bank that does not open again is a violation like the others.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A bank did not open, or ended by itself.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// There are no tokens.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// There is no network.
    #[error("the fault proxy cannot listen")]
    Proxy(#[from] io::Error),
    /// The books cannot be read.
    #[error("the database cannot be read")]
    Books(#[from] sqlx::Error),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Findings { violations, attempts, orders, acknowledged, refused, unknown, booked } =
            &self.findings;
        write!(
            f,
            "kills {}, transfers {booked}, acknowledged {acknowledged}, refused {refused}, unknown {unknown}, \
             violations {}, seconds {:.1}; orders {orders}, requests {attempts}",
            self.kills,
            violations.len(),
            self.time.as_secs_f64(),
        )
    }
}

/// Runs it.
///
/// # Errors
/// When something other than the bank's answers and books is wrong; also when a bank does not open again.
pub async fn run(plan: &Plan) -> Result<Report, RunError> {
    let began = Instant::now();
    let mut rng = Rng::with_seed(plan.seed);
    let issuer = Issuer::start().await?;
    let start = Start {
        program: plan.program.clone(),
        database: plan.database.clone(),
        issuer: issuer.url.clone(),
        accounts: accounts(plan.customers),
        audit: false,
    };
    let mut banks: Vec<Program> = (0..plan.banks).map(|_| Program::new(start.clone())).collect();
    open_all(&mut banks).await?;
    let places = banks.iter().map(Program::place).collect();
    // The latest requests come when their senders have given up and asked again.
    let proxy = Proxy::start(places, rng.fork(), PATIENCE * 2).await?;
    let world =
        Arc::new(World { issuer, customers: plan.customers, history: crate::history::History::default() });

    let over = Arc::new(AtomicBool::new(false));
    let mut lives = JoinSet::new();
    for number in 0..plan.customers {
        let customer = Customer::new(Arc::clone(&world), number, proxy.address, rng.fork());
        lives.spawn(customer.live(Arc::clone(&over)));
    }
    let killed = kill_again_and_again(&mut banks, plan.kills, &mut rng).await;
    over.store(true, Ordering::Relaxed);
    killed?;
    lives.join_all().await;
    proxy.stop().await;

    // Once more, so that what is asked for comes from the disk, and with the bank's own audit of the whole books.
    for bank in &mut banks {
        bank.kill().await?;
        bank.audit();
    }
    open_all(&mut banks).await?;
    ask_for_everything(&world, &banks, &mut rng).await;
    let books = Books::read(&plan.database).await?;
    let (attempts, questions) = (world.history.attempts(), world.history.questions());
    let mut findings = check::check(&attempts, &questions, &books);
    for bank in &mut banks {
        bank.kill().await?;
    }
    if findings.acknowledged == 0 {
        findings.violations.push("no transfer was acknowledged: nothing was proved".to_owned());
    }
    Ok(Report { kills: plan.kills, findings, time: began.elapsed() })
}

/// All at once, as they would be started on several machines.
async fn open_all(banks: &mut [Program]) -> Result<(), BankError> {
    let mut opening = Vec::new();
    for bank in banks {
        opening.push(bank.opening()?);
    }
    for opening in opening {
        opening.await?;
    }
    Ok(())
}

async fn kill_again_and_again(banks: &mut [Program], kills: u32, rng: &mut Rng) -> Result<(), BankError> {
    let mut left = kills;
    while left > 0 {
        tokio::time::sleep(LIFE.mul_f32(rng.f32())).await;
        let which = rng.usize(..banks.len());
        banks[which].kill().await?;
        left -= 1;
        // Now and then all are down, and now and then one dies while it is opening.
        if banks.len() > 1 && left > 0 && rng.u8(..4) == 0 {
            let other = (which + 1) % banks.len();
            banks[other].kill().await?;
            left -= 1;
            banks[other].open().await?;
        }
        if left > 0 && rng.u8(..6) == 0 {
            banks[which].spawn()?;
            tokio::time::sleep(Duration::from_millis(rng.u64(..40))).await;
            banks[which].kill().await?;
            left -= 1;
        }
        banks[which].open().await?;
    }
    Ok(())
}

/// Asks about every order, and sends again those that were decided, with the token that they had: neither may change
/// anything, and the answers are judged with all the others.
async fn ask_for_everything(world: &Arc<World>, banks: &[Program], rng: &mut Rng) {
    let mut once: Vec<Attempt> = world.history.attempts();
    once.retain(|attempt| attempt.token.may_transfer);
    // The decided ones first, so that they are the ones that stay.
    let decided = |attempt: &Attempt| {
        matches!(Meaning::of(attempt.answer.as_ref()), Meaning::Acknowledged(_) | Meaning::Refused(_))
    };
    once.sort_by_key(|attempt| (attempt.order.id.clone(), !decided(attempt)));
    once.dedup_by_key(|attempt| attempt.order.id.clone());
    let addresses: Vec<_> = banks.iter().filter_map(|bank| bank.place().get()).collect();
    let viewing: Vec<_> =
        (0..world.customers).map(|n| (subject(n), world.viewing_token(rng, &subject(n)))).collect();
    let viewing = Arc::new(std::collections::HashMap::<String, _>::from_iter(viewing));
    let mut asking = JoinSet::new();
    for attempt in once {
        if asking.len() >= ASKING {
            asking.join_next().await;
        }
        let Some(address) = rng.choice(&addresses).copied() else { return };
        let (world, viewing, again) = (Arc::clone(world), Arc::clone(&viewing), decided(&attempt));
        asking.spawn(async move {
            if again {
                world.transfer(address, &attempt.order, &attempt.token).await;
            }
            if let Some(token) = viewing.get(&attempt.order.customer) {
                world.look_up(address, &attempt.order, token).await;
            }
        });
    }
    asking.join_all().await;
}
