//! The bank beside an API of two endpoints on Express, under the same load, on the same machine, in the same run.
//!
//! All are measured in turn, several times, and the medians are compared: what else the machine does meets all of them.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use bank_for_tests::bank_process::{BankOptions, BankProcess};
use bank_for_tests::customers::accounts;
use bank_for_tests::deployment::{Deployment, DeploymentKind};
use bank_for_tests::issuer::TestIssuer;
use fastrand::Rng;

use crate::express::Express;
use crate::flags::Flags;
use crate::load::{Load, Measured, Requests};
use crate::requests::{balance_request, peak_memory, sign_requests, transfer_request};

/// The balance, with the same token again and again, as clients have it.
const BALANCE: &str = "GET /balance";
/// The same with a token that was never seen before.
const FRESH_BALANCE: &str = "GET /balance, new tokens";
const TRANSFERS: &str = "POST /transfer";

/// Enough for every transfer of a run.
const OPENING_BALANCE: i64 = 1_000_000_000_000;

pub(crate) async fn measure_all(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let issuer = Arc::new(TestIssuer::start().await?);
    let (mut servers, mut banks, mut deployments) = (Vec::new(), Vec::new(), Vec::new());
    let programs = [("bank", Some(&flags.bank)), ("baseline", flags.baseline.as_ref())];
    for (name, program) in programs.into_iter().filter_map(|(name, program)| Some((name, program?))) {
        // With a database of its own: an older build does not open that of a newer one.
        let deployment = Deployment::create(DeploymentKind::Sqlite)?;
        let mut bank = BankProcess::new(BankOptions {
            program: program.clone(),
            database: deployment.database_url.clone(),
            issuer: issuer.url.clone(),
            accounts: accounts(flags.connections, OPENING_BALANCE),
            envs: Vec::new(),
            audit: false,
        });
        servers.push((name, bank.open().await?));
        banks.push(bank);
        deployments.push(deployment);
    }
    let express = Express::start(&flags.express, &issuer.url).await?;
    servers.push(("Express", express.address));
    for endpoint in [BALANCE, FRESH_BALANCE, TRANSFERS] {
        let mut rounds = vec![Vec::new(); servers.len()];
        for round in 0..=flags.rounds {
            for ((name, address), measured) in servers.iter().zip(&mut rounds) {
                // The Express API answers 201 to everything, as its model does.
                let expected = if *name != "Express" && endpoint != TRANSFERS { 200 } else { 201 };
                let now = measure(flags, &issuer, endpoint, *address, expected).await?;
                // The first round warms them up: caches here, the compiler there.
                if round > 0 {
                    measured.push(now);
                }
            }
        }
        let medians: Vec<Measured> = rounds.into_iter().map(median).collect();
        for ((name, _), measured) in servers.iter().zip(&medians) {
            println!("{endpoint:<26}{name:<9}{measured}");
        }
        for ((name, _), measured) in servers.iter().zip(&medians).skip(1) {
            println!(
                "{endpoint:<26}the bank answers {:.2} times as many as {name}, and its p99 is {:.2} times as long",
                medians[0].per_second / measured.per_second,
                medians[0].p99.as_secs_f64() / measured.p99.as_secs_f64(),
            );
        }
    }
    let memory = banks[0].pid().and_then(peak_memory).unwrap_or_else(|| "unknown".to_owned());
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("most memory of the bank: {memory}; {processors} processors, shared with the load generator");
    for mut bank in banks {
        bank.kill().await?;
    }
    Ok(())
}

async fn measure(
    flags: &Flags,
    issuer: &Arc<TestIssuer>,
    endpoint: &str,
    address: SocketAddr,
    expected: u16,
) -> Result<Measured, Box<dyn Error>> {
    let load = Load { address, connections: flags.connections, expected };
    let (count, customers) = (flags.transfers, flags.connections);
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
    Ok(load.run(&Arc::new(requests), flags.seconds).await?)
}

/// The round in the middle, by throughput.
fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rounds[rounds.len() / 2]
}
