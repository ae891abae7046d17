//! One run: open, torture, open once more, ask for everything again, judge.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use postgres_for_tests::StartError;
use tokio::task::JoinSet;

use crate::books::Books;
use crate::check::{self, Findings};
use crate::customer::Customer;
use crate::history::{Attempt, Found, Meaning};
use crate::issuer::{Issuer, IssuerError};
use crate::place::Place;
use crate::program::{BankError, Program, Start};
use crate::proxy::Proxy;
use crate::trouble::{Menu, Troublemaker, Troubles};
use crate::world::{PATIENCE, World, accounts, subject};

/// How many ask at the same time when everything is asked for again.
const ASKING: usize = 16;

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The bank's program.
    pub program: PathBuf,
    /// How often a bank is killed.
    pub kills: u32,
    /// How often the standby of the database takes its primary's place, where it has one.
    pub promotions: u32,
    /// How many customers there are, each with an account; at least two.
    pub customers: usize,
    /// Decides who does what, and which request meets which fault. The machine decides the rest.
    pub seed: u64,
}

/// What came out of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// What happened to banks, disk and database.
    pub troubles: Troubles,
    /// What was seen, and what is wrong with it.
    pub findings: Findings,
    /// What the banks logged as errors, and how often.
    pub errors: BTreeMap<String, usize>,
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
    /// There is no network, or no disk.
    #[error("the fault proxy cannot listen, or the faulty disk cannot be told what to do")]
    Io(#[from] io::Error),
    /// The standby of the database does not take its primary's place.
    #[error("the standby of the database was not promoted")]
    Database(#[source] StartError),
    /// The books cannot be read.
    #[error("the database cannot be read")]
    Books(#[from] sqlx::Error),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Findings { violations, attempts, orders, acknowledged, refused, unknown, absent, booked } =
            &self.findings;
        let Troubles { kills, disk_faults, failed_calls, promotions, restarts, .. } = &self.troubles;
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

/// Runs it. The place must be empty.
///
/// # Errors
/// When something other than the bank's answers and books is wrong; also when a bank does not open again.
pub async fn run(plan: &Plan, place: &Place) -> Result<Report, RunError> {
    let began = Instant::now();
    let mut rng = Rng::with_seed(plan.seed);
    let issuer = Issuer::start().await?;
    let start = Start {
        program: plan.program.clone(),
        database: place.database(),
        issuer: issuer.url.clone(),
        accounts: accounts(plan.customers),
        envs: place.envs(),
        audit: false,
    };
    let mut banks: Vec<Program> = (0..place.banks).map(|_| Program::new(start.clone())).collect();
    open_all(&mut banks).await?;
    let addresses = banks.iter().map(Program::place).collect();
    // The latest requests come when their senders have given up and asked again.
    let proxy = Proxy::start(addresses, rng.fork(), PATIENCE * 2).await?;
    let world =
        Arc::new(World { issuer, customers: plan.customers, history: crate::history::History::default() });

    let over = Arc::new(AtomicBool::new(false));
    let mut lives = JoinSet::new();
    for number in 0..plan.customers {
        let customer = Customer::new(Arc::clone(&world), number, proxy.address, rng.fork());
        lives.spawn(customer.live(Arc::clone(&over)));
    }
    let troublemaker =
        Troublemaker { banks: &mut banks, place, world: &world, rng: &mut rng, done: Troubles::default() };
    let troubles = troublemaker.run(Menu { kills: plan.kills, promotions: plan.promotions }).await;
    over.store(true, Ordering::Relaxed);
    let troubles = troubles?;
    lives.join_all().await;
    proxy.stop().await;

    // Once more, so that what is asked for comes from the disk, and with the bank's own audit of the whole books.
    for bank in &mut banks {
        bank.kill().await?;
        bank.audit();
    }
    open_all(&mut banks).await?;
    ask_for_everything(&world, &banks, &mut rng).await;
    let books = Books::read(&place.books()).await?;
    let (attempts, questions) = (world.history.attempts(), world.history.questions());
    let mut findings = check::check(&attempts, &questions, &books);
    for bank in &mut banks {
        bank.kill().await?;
    }
    if findings.acknowledged == 0 {
        findings.violations.push("no transfer was acknowledged: nothing was proved".to_owned());
    }
    findings.violations.splice(..0, troubles.violations.iter().cloned());
    let mut errors = BTreeMap::new();
    for (error, times) in banks.iter().flat_map(Program::errors) {
        *errors.entry(error).or_default() += times;
    }
    Ok(Report { troubles, findings, errors, time: began.elapsed() })
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

/// Asks about every order, and sends again those that were decided and those that are said not to exist, with the token that
/// they had: nothing of this may change anything, and the answers are judged with all the others.
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
            if let Some(token) = viewing.get(&attempt.order.customer)
                && world.look_up(address, &attempt.order, token).await == Found::Absent
            {
                world.transfer(address, &attempt.order, &attempt.token).await;
            }
        });
    }
    asking.join_all().await;
}
