//! The torture of the bank as a program; `cargo xtask torture` builds and runs it.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use torture::place::{Kind, Place};
use torture::run::{Plan, run};

/// How many violations are written out.
const SHOWN: usize = 50;

/// Kill the bank while customers pay, and check that no money is lost, doubled or altered.
#[derive(Parser)]
struct Flags {
    /// The bank's program.
    #[arg(long)]
    bank: PathBuf,
    /// How often a bank is killed.
    #[arg(long, default_value_t = 50)]
    kills: u32,
    /// How many customers pay at the same time.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(2..=1000))]
    customers: u16,
    /// Makes the same things happen by chance again [default: another one each time].
    #[arg(long)]
    seed: Option<u64>,
    /// Where the books are kept: one bank on a file, or two banks on one PostgreSQL server.
    #[arg(long, value_enum, default_value_t = Databases::Sqlite)]
    database: Databases,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Databases {
    Sqlite,
    Postgres,
    Both,
}

impl Databases {
    const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Sqlite => &[Kind::Sqlite],
            Self::Postgres => &[Kind::Postgres],
            Self::Both => &[Kind::Sqlite, Kind::Postgres],
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    let seed = flags.seed.unwrap_or_else(|| fastrand::u64(..));
    match torture_all(&flags, seed).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            eprintln!("seed {seed}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was wrong.
async fn torture_all(flags: &Flags, seed: u64) -> Result<bool, Box<dyn Error>> {
    let mut sound = true;
    for kind in flags.database.kinds() {
        let place = Place::make(*kind)?;
        let plan = Plan {
            program: flags.bank.clone(),
            database: place.database(),
            banks: place.banks,
            kills: flags.kills,
            customers: flags.customers.into(),
            seed,
        };
        let report = run(&plan).await?;
        for violation in report.findings.violations.iter().take(SHOWN) {
            eprintln!("violation: {violation}");
        }
        println!("{kind}, seed {seed}: {report}");
        sound &= report.findings.violations.is_empty();
    }
    Ok(sound)
}
