//! How the bank's speed changes as its ledger grows: the same load on a thousand accounts and on a million.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use sqlx::AnyConnection;
use sqlx::Connection as _;

use crate::error::BenchError;
use crate::load::{Load, Measured, Requests};
use crate::requests::{balance_request, peak_memory, sign_requests, transfer_request};
use bank_for_tests::bank_process::{BankOptions, BankProcess};
use bank_for_tests::customers::{iban, subject};
use bank_for_tests::deployment::{Deployment, DeploymentKind};
use bank_for_tests::issuer::TestIssuer;

/// Accounts, and as many transfers between them.
pub(crate) const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// What to measure.
#[derive(Debug, Clone)]
pub(crate) struct GrowthPlan {
    /// The bank's program.
    pub(crate) program: PathBuf,
    /// How many clients ask at the same time.
    pub(crate) connections: usize,
    /// How long each endpoint is measured.
    pub(crate) time: Duration,
    /// How many transfers are prepared.
    pub(crate) transfers: usize,
}

/// The measurements of a ledger of one size.
#[derive(Debug, Clone)]
pub(crate) struct Size {
    /// Accounts, and as many transfers.
    pub(crate) accounts: usize,
    /// The size of the database, in bytes.
    pub(crate) bytes: u64,
    /// How long a bank takes to open them that has audited them before.
    pub(crate) open: Duration,
    /// How long the audit of all of them takes.
    pub(crate) audit: Duration,
    /// `GET /balance`, of customers at random.
    pub(crate) balance: Measured,
    /// `POST /transfer`, between customers at random.
    pub(crate) transfer: Measured,
    /// The most memory that the bank had (`VmHWM`), in kB, where the system tells.
    pub(crate) memory: Option<u64>,
}

/// Measures a ledger of this size.
pub(crate) async fn measure(
    plan: &GrowthPlan,
    issuer: &Arc<TestIssuer>,
    accounts: usize,
) -> Result<Size, BenchError> {
    let deployment = Deployment::create(DeploymentKind::Sqlite)?;
    let mut bank = BankProcess::new(BankOptions {
        program: plan.program.clone(),
        database: deployment.database_url(),
        issuer: issuer.url.clone(),
        // The first account, and with it the one that all opening balances come from.
        accounts: vec![format!("{};Customer 0;{OPENING_BALANCE};EUR;{}", iban(0), subject(0))],
        envs: Vec::new(),
        audit: false,
    });
    bank.open().await?;
    bank.kill().await?;
    fill(&deployment.database_url(), &issuer.url, accounts).await?;

    let audit = measure_opening(&mut bank).await?;
    bank.kill().await?;
    let open = measure_opening(&mut bank).await?;
    let Some(address) = bank.address().get() else {
        return Err(std::io::Error::other("the bank is down").into());
    };
    let load = |expected| Load { address, connections: plan.connections, expected };

    let customers = move |rng: &mut Rng| rng.usize(..accounts);
    let balances = sign_requests(issuer, 1_000, move |issuer, rng| {
        let customer = customers(rng);
        balance_request(issuer, rng, customer)
    })
    .await;
    let balance = load(200).run(&Arc::new(Requests::repeated(balances)), plan.time).await?;
    let transfers = sign_requests(issuer, plan.transfers, move |issuer, rng| {
        let (from, further) = (customers(rng), rng.usize(1..accounts));
        transfer_request(issuer, rng, from, (from + further) % accounts)
    });
    let transfers = Requests::once(transfers.await);
    let transfer = load(201).run(&Arc::new(transfers), plan.time).await?;

    let memory = bank.pid().and_then(peak_memory);
    bank.kill().await?;
    let path = deployment.database_url().replacen("sqlite:", "", 1);
    let size = |path: String| std::fs::metadata(path).map_or(0, |file| file.len());
    let bytes = size(format!("{path}-wal")) + size(path);
    Ok(Size { accounts, bytes, open, audit, balance, transfer, memory })
}

async fn measure_opening(bank: &mut BankProcess) -> Result<Duration, BenchError> {
    let began = Instant::now();
    bank.open().await?;
    Ok(began.elapsed())
}

/// What each account opens with, in minor units.
const OPENING_BALANCE: i64 = 1_000_000;

/// Makes accounts and transfers past the bank, but by the rules of its schema: the same bookings, and the triggers make and
/// check the postings. `$1` is how many, `$2` the issuer.
const FILL: [&str; 7] = [
    // This need not survive a power cut.
    "PRAGMA synchronous = OFF",
    "INSERT INTO accounts (kind, iban, holder, currency)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1)
     SELECT 'customer', printf('DE%02d%018d', 98 - (i * 1000000 + 131400) % 97, i), 'Customer ' || i, 'EUR' FROM n",
    "INSERT INTO account_access (issuer, subject, account_id)
     SELECT $2, 'customer|' || substr(holder, 10), id FROM accounts WHERE kind = 'customer' AND holder <> 'Customer 0'",
    "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
     SELECT 'opening', (SELECT id FROM accounts WHERE kind = 'equity'), id, 1000000, 'EUR', 0 FROM accounts
     WHERE kind = 'customer' AND holder <> 'Customer 0'",
    "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
     SELECT 'transfer', a.id, coalesce((SELECT min(id) FROM accounts b WHERE b.id > a.id),
         (SELECT id FROM accounts WHERE holder = 'Customer 0' LIMIT 1)), 1, 'EUR', 1
     FROM accounts a WHERE kind = 'customer'",
    "INSERT INTO orders (id, issuer, subject, content, decided_at)
     SELECT printf('%08x-0000-7000-8000-%012x', id, id), $2, 'customer', '[\"DE\",1,\"EUR\",\"Lunch\"]', 1
     FROM bookings WHERE kind = 'transfer'",
    "INSERT INTO transfers (id, booking_id, reference)
     SELECT printf('%08x-0000-7000-8000-%012x', id, id), id, 'Lunch' FROM bookings WHERE kind = 'transfer'",
];
const SPENT: &str =
    "INSERT INTO spent_tokens (issuer, jti, order_id) SELECT $2, 'token ' || id, id FROM orders";

async fn fill(database: &str, issuer: &str, accounts: usize) -> Result<(), BenchError> {
    sqlx::any::install_default_drivers();
    let mut books = AnyConnection::connect(database).await?;
    let number = i64::try_from(accounts).unwrap_or(i64::MAX);
    for sql in FILL.into_iter().chain([SPENT]) {
        let mut query = sqlx::query(sql);
        if sql.contains('$') {
            query = query.bind(number).bind(issuer);
        }
        query.execute(&mut books).await?;
    }
    Ok(books.close().await?)
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        write!(
            f,
            "{:>9} accounts and transfers  {:>7.1} MB  opens in {:>6.0} ms, audits all in {:>6.0} ms",
            self.accounts,
            f64::from(u32::try_from(self.bytes / 1024).unwrap_or(u32::MAX)) / 1024.0,
            milliseconds(self.open),
            milliseconds(self.audit),
        )?;
        for (name, measured) in [("/balance", &self.balance), ("/transfer", &self.transfer)] {
            write!(
                f,
                "\n          {name:<10}{:>10.0}/s   p50 {:>8.2} ms   p99 {:>8.2} ms",
                measured.per_second,
                milliseconds(measured.p50),
                milliseconds(measured.p99),
            )?;
        }
        match self.memory {
            Some(kilobytes) => write!(f, "   {} MB of memory", kilobytes / 1024),
            None => Ok(()),
        }
    }
}
