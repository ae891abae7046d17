//! How the bank's speed changes as its ledger grows: the same load on a thousand accounts and on a million.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use sqlx::AnyConnection;
use sqlx::Connection as _;

use crate::flags::Flags;
use crate::load::{Load, Requests};
use crate::requests::{balance_request, peak_memory, sign_requests, transfer_request};
use bank_for_tests::bank_process::{BankError, BankOptions, BankProcess};
use bank_for_tests::customers::{iban, subject};
use bank_for_tests::deployment::{Deployment, DeploymentKind};
use bank_for_tests::issuer::TestIssuer;

/// Accounts, and as many transfers between them.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

pub(crate) async fn measure_all(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let issuer = Arc::new(TestIssuer::start().await?);
    for accounts in SIZES {
        measure(flags, &issuer, accounts).await?;
    }
    Ok(())
}

async fn measure(flags: &Flags, issuer: &Arc<TestIssuer>, accounts: usize) -> Result<(), Box<dyn Error>> {
    let deployment = Deployment::create(DeploymentKind::Sqlite)?;
    let mut bank = BankProcess::new(BankOptions {
        program: flags.bank.clone(),
        database: deployment.database_url.clone(),
        issuer: issuer.url.clone(),
        // The first account, and with it the one that all opening balances come from.
        accounts: vec![format!("{};Customer 0;{OPENING_BALANCE};EUR;{}", iban(0), subject(0))],
        envs: Vec::new(),
        audit: false,
    });
    bank.open().await?;
    bank.kill().await?;
    fill(&deployment.database_url, &issuer.url, accounts).await?;

    // The first time it audits all of them.
    let (audit, _) = measure_opening(&mut bank).await?;
    bank.kill().await?;
    let (opening, address) = measure_opening(&mut bank).await?;
    let load = |expected| Load { address, connections: flags.connections, expected };

    let customers = move |rng: &mut Rng| rng.usize(..accounts);
    let balances = sign_requests(issuer, 1_000, move |issuer, rng| {
        let customer = customers(rng);
        balance_request(issuer, rng, customer)
    });
    let balances = Requests::repeated(balances.await);
    let balance = load(200).run(&Arc::new(balances), flags.seconds).await?;
    let transfers = sign_requests(issuer, flags.transfers, move |issuer, rng| {
        let (from, further) = (customers(rng), rng.usize(1..accounts));
        transfer_request(issuer, rng, from, (from + further) % accounts)
    });
    let transfers = Requests::once(transfers.await);
    let transfer = load(201).run(&Arc::new(transfers), flags.seconds).await?;

    let memory = bank.pid().and_then(peak_memory).unwrap_or_else(|| "unknown".to_owned());
    bank.kill().await?;
    let path = deployment.database_url.replacen("sqlite:", "", 1);
    let size = |path: String| std::fs::metadata(path).map_or(0, |file| file.len());
    let megabytes = (size(format!("{path}-wal")) + size(path)) / 1_000_000;
    println!(
        "{accounts:>9} accounts and transfers {megabytes:>7} MB, opens in {opening:.0?}, audits all in {audit:.0?}, most memory \
         {memory}\n          /balance  {balance}\n          /transfer {transfer}"
    );
    Ok(())
}

async fn measure_opening(bank: &mut BankProcess) -> Result<(Duration, SocketAddr), BankError> {
    let began = Instant::now();
    let address = bank.open().await?;
    Ok((began.elapsed(), address))
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

async fn fill(database: &str, issuer: &str, accounts: usize) -> Result<(), Box<dyn Error>> {
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
