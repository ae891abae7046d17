//! The bank beside an API of two endpoints on Express, under the same load, on the same machine, in the same run.
//!
//! The two are measured in turn, several times, and the medians are compared: what else the machine does meets both.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bank_for_tests::bank_process::{BankOptions, BankProcess};
use bank_for_tests::customers::accounts;
use bank_for_tests::deployment::{Deployment, DeploymentKind};
use bank_for_tests::issuer::TestIssuer;
use fastrand::Rng;

use crate::error::BenchError;
use crate::express::Express;
use crate::load::{Load, Measured, Requests};
use crate::requests::{balance_request, peak_memory, sign_requests, transfer_request};

/// What to measure.
#[derive(Debug, Clone)]
pub(crate) struct LoadTestPlan {
    /// The bank's program.
    pub(crate) program: PathBuf,
    /// Another build of it, to be measured beside this one.
    pub(crate) baseline: Option<PathBuf>,
    /// The folder of the Express API, with its packages installed.
    pub(crate) express: PathBuf,
    /// How many clients ask at the same time.
    pub(crate) connections: usize,
    /// How long each is measured each time.
    pub(crate) time: Duration,
    /// How often.
    pub(crate) rounds: usize,
    /// How many transfers are prepared for each time; their tokens are good once.
    pub(crate) transfers: usize,
}

/// The two, for one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    /// `GET /balance` or `POST /transfer`, and with which tokens.
    pub(crate) endpoint: &'static str,
    /// The bank.
    pub(crate) bank: Measured,
    /// The other build of it.
    pub(crate) baseline: Option<Measured>,
    /// The Express API.
    pub(crate) express: Measured,
}

/// What was measured.
#[derive(Debug, Clone)]
pub(crate) struct LoadTestReport {
    /// For each endpoint.
    pub(crate) pairs: Vec<Pair>,
    /// The most memory that the bank had (`VmHWM`), in kB, where the system tells.
    pub(crate) memory: Option<u64>,
}

/// The balance, with the same token again and again, as clients have it.
const BALANCE: &str = "GET /balance";
/// The same with a token that was never seen before.
const FRESH_BALANCE: &str = "GET /balance, new tokens";
const TRANSFERS: &str = "POST /transfer";

/// Enough for every transfer of a run.
const OPENING_BALANCE: i64 = 1_000_000_000_000;

/// Measures.
pub(crate) async fn run(plan: &LoadTestPlan, deployment: &Deployment) -> Result<LoadTestReport, BenchError> {
    let issuer = Arc::new(TestIssuer::start().await?);
    let start = BankOptions {
        program: plan.program.clone(),
        database: deployment.database_url(),
        issuer: issuer.url.clone(),
        accounts: accounts(plan.connections, OPENING_BALANCE),
        envs: Vec::new(),
        audit: false,
    };
    // With a database of its own: an older build does not open that of a newer one.
    let other_deployment = Deployment::create(DeploymentKind::Sqlite)?;
    let mut baseline = plan.baseline.clone().map(|program| {
        BankProcess::new(BankOptions { program, database: other_deployment.database_url(), ..start.clone() })
    });
    let mut bank = BankProcess::new(start);
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
    Ok(LoadTestReport { pairs, memory })
}

/// The Express API answers 201 to everything, as its model does.
fn bank_status(endpoint: &str) -> u16 {
    if endpoint.starts_with("GET") { 200 } else { 201 }
}

async fn measure(
    plan: &LoadTestPlan,
    issuer: &Arc<TestIssuer>,
    endpoint: &str,
    address: SocketAddr,
    expected: u16,
) -> Result<Measured, BenchError> {
    let load = Load { address, connections: plan.connections, expected };
    let (count, customers) = (plan.transfers, plan.connections);
    let requests = match endpoint {
        BALANCE => {
            let mut rng = Rng::new();
            Requests::repeated((0..customers).map(|n| balance_request(issuer, &mut rng, n)).collect())
        }
        FRESH_BALANCE => {
            let ask = move |issuer: &TestIssuer, rng: &mut Rng| {
                let customer = rng.usize(..customers);
                balance_request(issuer, rng, customer)
            };
            Requests::once(sign_requests(issuer, count, ask).await)
        }
        _ => {
            let pay = move |issuer: &TestIssuer, rng: &mut Rng| {
                let customer = rng.usize(..customers);
                transfer_request(issuer, rng, customer, (customer + 1) % customers)
            };
            Requests::once(sign_requests(issuer, count, pay).await)
        }
    };
    Ok(load.run(&Arc::new(requests), plan.time).await?)
}

/// The round in the middle, by throughput.
fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rounds[rounds.len() / 2]
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

impl fmt::Display for LoadTestReport {
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
