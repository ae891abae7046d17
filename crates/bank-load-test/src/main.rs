//! Measures the bank beside an API on Express; `cargo xtask bench bank` builds and runs it.

mod comparison;
mod error;
mod express;
mod growth;
mod load;
mod requests;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bank_for_tests::deployment::{Deployment, DeploymentKind};
use bank_for_tests::issuer::TestIssuer;
use clap::Parser;
use comparison::{LoadTestPlan, run};

/// Measure the bank beside an API on Express.
#[derive(Parser)]
struct Flags {
    /// The bank's program.
    #[arg(long)]
    bank: PathBuf,
    /// Another build of it, to be measured beside this one.
    #[arg(long)]
    baseline: Option<PathBuf>,
    /// The folder of the Express API, with its packages installed.
    #[arg(long)]
    express: PathBuf,
    /// How many clients ask at the same time.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(2..=1000))]
    connections: u16,
    /// How long each is measured each time, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each is measured; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// How many transfers are prepared for each time.
    #[arg(long, default_value_t = 30_000)]
    transfers: usize,
    /// Measure the bank alone, with more and more in its books.
    #[arg(long)]
    growth: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(flags: Flags) -> Result<(), Box<dyn Error>> {
    if flags.growth {
        return grow(flags).await;
    }
    let deployment = Deployment::create(DeploymentKind::Sqlite)?;
    let plan = LoadTestPlan {
        program: flags.bank,
        baseline: flags.baseline,
        express: flags.express,
        connections: flags.connections.into(),
        time: Duration::from_secs(flags.seconds),
        rounds: flags.rounds.into(),
        transfers: flags.transfers,
    };
    println!("{}", run(&plan, &deployment).await?);
    Ok(())
}

async fn grow(flags: Flags) -> Result<(), Box<dyn Error>> {
    let plan = growth::GrowthPlan {
        program: flags.bank,
        connections: flags.connections.into(),
        time: Duration::from_secs(flags.seconds),
        transfers: flags.transfers,
    };
    let issuer = Arc::new(TestIssuer::start().await?);
    for accounts in growth::SIZES {
        println!("{}", growth::measure(&plan, &issuer, accounts).await?);
    }
    Ok(())
}
