//! The bank beside an API of two endpoints on Express, under the same load, on the same machine, in the same run.
//!
//! The two are measured in turn, several times, and the medians are compared: what else the machine does meets both.

pub mod express;
pub mod growth;
pub mod load;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use load::{Load, Measured, Requests};

use crate::issuer::{Issuer, IssuerError, TRANSFER, VIEW};
use crate::place::{Kind, Place, PlaceError};
use crate::program::{BankError, Program, Start};
use crate::wire;
use crate::world::{iban, subject, uuid};
use express::Express;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The bank's program.
    pub program: PathBuf,
    /// Another build of it, to be measured beside this one.
    pub baseline: Option<PathBuf>,
    /// The folder of the Express API, with its packages installed.
    pub express: PathBuf,
    /// How many clients ask at the same time.
    pub connections: usize,
    /// How long each is measured each time.
    pub time: Duration,
    /// How often.
    pub rounds: usize,
    /// How many transfers are prepared for each time; their tokens are good once.
    pub transfers: usize,
}

/// The two, for one endpoint.
#[derive(Debug, Clone)]
pub struct Pair {
    /// `GET /balance` or `POST /transfer`, and with which tokens.
    pub endpoint: &'static str,
    /// The bank.
    pub bank: Measured,
    /// The other build of it.
    pub baseline: Option<Measured>,
    /// The Express API.
    pub express: Measured,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct Report {
    /// For each endpoint.
    pub pairs: Vec<Pair>,
    /// The most memory that the bank had (`VmHWM`), in kB, where the system tells.
    pub memory: Option<u64>,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The bank does not open.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// There are no tokens.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// There is no database.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The Express API does not start, or somebody answers wrongly.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The books cannot be filled.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The balance, asked for as clients do: with the same token again and again.
const BALANCE: &str = "GET /balance";
/// The same with a token that was never seen before.
const FRESH_BALANCE: &str = "GET /balance, new tokens";
const TRANSFERS: &str = "POST /transfer";

/// Enough for every transfer of a run.
const OPENING: i64 = 1_000_000_000_000;

/// Measures.
///
/// # Errors
/// When one of the two does not start, or answers wrongly under load.
pub async fn run(plan: &Plan, place: &Place) -> Result<Report, BenchError> {
    let issuer = Arc::new(Issuer::start().await?);
    let accounts =
        (0..plan.connections).map(|n| format!("{};Customer {n};{OPENING};EUR;{}", iban(n), subject(n)));
    let start = Start {
        program: plan.program.clone(),
        database: place.database(),
        issuer: issuer.url.clone(),
        accounts: accounts.collect(),
        envs: Vec::new(),
        audit: false,
    };
    // It has books of its own: an older build does not open those of a newer one.
    let other_place = Place::make(Kind::Sqlite)?;
    let mut baseline = plan
        .baseline
        .clone()
        .map(|program| Program::new(Start { program, database: other_place.database(), ..start.clone() }));
    let mut bank = Program::new(start);
    let of_bank = bank.open().await?;
    let of_baseline = match &mut baseline {
        Some(program) => Some(program.open().await?),
        None => None,
    };
    let express = Express::start(&plan.express, &issuer.url).await?;
    let mut pairs = Vec::new();
    for endpoint in [BALANCE, FRESH_BALANCE, TRANSFERS] {
        let (mut banks, mut baselines, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=plan.rounds {
            let first = measure(plan, &issuer, endpoint, of_bank, bank_status(endpoint)).await?;
            let before = match of_baseline {
                Some(address) => {
                    Some(measure(plan, &issuer, endpoint, address, bank_status(endpoint)).await?)
                }
                None => None,
            };
            let second = measure(plan, &issuer, endpoint, express.address, 201).await?;
            // The first round warms both up: caches here, the compiler there.
            if round > 0 {
                banks.push(first);
                baselines.extend(before);
                others.push(second);
            }
        }
        let baseline = of_baseline.map(|_| median(baselines));
        pairs.push(Pair { endpoint, bank: median(banks), baseline, express: median(others) });
    }
    let memory = bank.pid().and_then(peak_memory);
    bank.kill().await?;
    if let Some(mut baseline) = baseline {
        baseline.kill().await?;
    }
    Ok(Report { pairs, memory })
}

/// The Express API answers 201 to everything, as its model does.
fn bank_status(endpoint: &str) -> u16 {
    if endpoint.starts_with("GET") { 200 } else { 201 }
}

async fn measure(
    plan: &Plan,
    issuer: &Arc<Issuer>,
    endpoint: &str,
    address: SocketAddr,
    expected: u16,
) -> Result<Measured, BenchError> {
    let load = Load { address, connections: plan.connections, expected };
    let (count, customers) = (plan.transfers, plan.connections);
    let requests = match endpoint {
        BALANCE => {
            let mut rng = Rng::new();
            Requests::repeated((0..customers).map(|n| balance(issuer, &mut rng, n)).collect())
        }
        FRESH_BALANCE => {
            let ask = move |issuer: &Issuer, rng: &mut Rng| {
                let customer = rng.usize(..customers);
                balance(issuer, rng, customer)
            };
            Requests::once(signed(issuer, count, ask).await)
        }
        _ => {
            let pay = move |issuer: &Issuer, rng: &mut Rng| {
                let customer = rng.usize(..customers);
                transfer(issuer, rng, customer, (customer + 1) % customers)
            };
            Requests::once(signed(issuer, count, pay).await)
        }
    };
    Ok(load.run(&Arc::new(requests), plan.time).await?)
}

fn balance(issuer: &Issuer, rng: &mut Rng, customer: usize) -> Vec<u8> {
    wire::get("/balance", &issuer.token(&subject(customer), VIEW, &uuid(rng)))
}

fn transfer(issuer: &Issuer, rng: &mut Rng, customer: usize, payee: usize) -> Vec<u8> {
    let id = uuid(rng);
    let token = issuer.token(&subject(customer), TRANSFER, &uuid(rng));
    let payee = iban(payee);
    let body =
        format!(r#"{{"payee":"{payee}","amount":{{"amount":1,"currency":"EUR"}},"reference":"Lunch"}}"#);
    wire::post_transfer(&token, &id, &body)
}

/// So many requests. Signing takes longer than sending, so it is done before, on all processors.
async fn signed<F>(issuer: &Arc<Issuer>, count: usize, request: F) -> Vec<Vec<u8>>
where
    F: Fn(&Issuer, &mut Rng) -> Vec<u8> + Copy + Send + 'static,
{
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut signing = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let issuer = Arc::clone(issuer);
        signing.spawn_blocking(move || {
            let mut rng = Rng::new();
            (0..count.div_ceil(workers)).map(|_| request(&issuer, &mut rng)).collect::<Vec<_>>()
        });
    }
    signing.join_all().await.concat()
}

/// The round in the middle, by throughput.
fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rounds[rounds.len() / 2]
}

/// As Linux tells it.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let baseline = self.baseline.iter().map(|measured| ("baseline", measured));
        let measured = [("bank", &self.bank), ("Express", &self.express)].into_iter().chain(baseline);
        for (name, measured) in measured {
            writeln!(
                f,
                "{:<26}{name:<9}{:>10.0}/s   p50 {:>8.2} ms   p99 {:>8.2} ms",
                self.endpoint,
                measured.per_second,
                measured.p50.as_secs_f64() * 1e3,
                measured.p99.as_secs_f64() * 1e3,
            )?;
        }
        if let Some(baseline) = &self.baseline {
            writeln!(
                f,
                "{:<26}the bank answers {:.2} times as many as the baseline",
                self.endpoint,
                self.bank.per_second / baseline.per_second,
            )?;
        }
        write!(
            f,
            "{:<26}the bank answers {:.2} times as many, and its p99 is {:.2} times as long",
            self.endpoint,
            self.bank.per_second / self.express.per_second,
            self.bank.p99.as_secs_f64() / self.express.p99.as_secs_f64(),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pair in &self.pairs {
            writeln!(f, "{pair}")?;
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        match self.memory {
            Some(kilobytes) => {
                let tenths = kilobytes * 10 / 1024;
                write!(f, "the bank had at most {}.{} MB of memory", tenths / 10, tenths % 10)?;
            }
            None => write!(f, "the bank's memory cannot be told here")?,
        }
        write!(f, "; {processors} processors, shared with the load generator")
    }
}
