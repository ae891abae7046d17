//! The crash tests of the bank as a program; `cargo xtask torture` builds and runs it.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use bank_crash_test::run::{CrashTestPlan, run};
use bank_for_tests::deployment::{Deployment, DeploymentKind};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, ValueEnum};

const MAX_SHOWN: usize = 50;

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
    /// The deployment: one bank on a file, or two banks on PostgreSQL.
    #[arg(long, value_enum, default_value_t = Databases::Sqlite)]
    database: Databases,
    /// Lets the disk fill up and fail now and then, with SQLite (Linux only).
    #[arg(long)]
    disk_faults: bool,
    /// How often the standby takes its primary's place, with `postgres-failover` [default: once for fifteen kills].
    #[arg(long)]
    promotions: Option<u32>,
}

/// As many kills there are for each promotion, which takes longer.
const KILLS_PER_PROMOTION: u32 = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Databases {
    /// A file.
    Sqlite,
    /// One server.
    Postgres,
    /// A primary with a synchronous standby.
    PostgresFailover,
    /// One server behind `PgBouncer`.
    PostgresPgbouncer,
    /// `sqlite` and `postgres`.
    Both,
}

impl Databases {
    const fn kinds(self, disk_faults: bool) -> &'static [DeploymentKind] {
        match (self, disk_faults) {
            (Self::Sqlite, false) => &[DeploymentKind::Sqlite],
            (Self::Sqlite, true) => &[DeploymentKind::SqliteOnFaultyDisk],
            (Self::Postgres, _) => &[DeploymentKind::Postgres],
            (Self::PostgresFailover, _) => &[DeploymentKind::PostgresFailover],
            (Self::PostgresPgbouncer, _) => &[DeploymentKind::PostgresPgbouncer],
            (Self::Both, false) => &[DeploymentKind::Sqlite, DeploymentKind::Postgres],
            (Self::Both, true) => &[DeploymentKind::SqliteOnFaultyDisk, DeploymentKind::Postgres],
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    if flags.disk_faults && !matches!(flags.database, Databases::Sqlite | Databases::Both) {
        let text = "--disk-faults is for books in a file: --database sqlite or both";
        Flags::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
    let seed = flags.seed.unwrap_or_else(|| fastrand::u64(..));
    match run_all(&flags, seed).await {
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

async fn run_all(flags: &Flags, seed: u64) -> Result<bool, Box<dyn Error>> {
    let mut sound = true;
    for kind in flags.database.kinds(flags.disk_faults) {
        let deployment = Deployment::create(*kind)?;
        let promotions = flags.promotions.unwrap_or(flags.kills.div_ceil(KILLS_PER_PROMOTION));
        let plan = CrashTestPlan {
            program: flags.bank.clone(),
            kills: flags.kills,
            promotions: if *kind == DeploymentKind::PostgresFailover { promotions } else { 0 },
            customers: flags.customers.into(),
            seed,
        };
        let report = run(&plan, &deployment).await?;
        for violation in report.findings.violations.iter().take(MAX_SHOWN) {
            eprintln!("violation: {violation}");
        }
        if !report.findings.violations.is_empty() {
            for (error, times) in &report.errors {
                eprintln!("logged {times} times: {error}");
            }
        }
        println!("{kind}, seed {seed}: {report}");
        sound &= report.findings.violations.is_empty();
    }
    Ok(sound)
}
