//! `cargo xtask torture`: kills the bank while customers pay through a faulty network, and checks the books.

use crate::failure::Result;
use crate::process::run_shown;
use crate::project::Project;
use clap::Args;
use std::env::consts::EXE_SUFFIX;
use std::process::Command;

/// How much torture. The program itself says what each means, and what else there is.
#[derive(Args)]
pub(crate) struct Options {
    /// How often a bank is killed
    #[arg(long, default_value = "50", value_name = "N")]
    kills: u32,
    /// How many customers pay at the same time
    #[arg(long, default_value = "24", value_name = "N")]
    customers: u16,
    /// Makes the same things happen by chance again; each run says which seed it had
    #[arg(long)]
    seed: Option<u64>,
    /// `sqlite` (one bank), `postgres` (two banks on a server of their own), `both`, `postgres-failover` (on a primary and
    /// its standby) or `postgres-pgbouncer`
    #[arg(long, default_value = "sqlite")]
    database: String,
    /// Has the disk below `sqlite` fill up and fail now and then
    #[arg(long)]
    disk_faults: bool,
    /// How often the standby takes its primary's place, with `postgres-failover`
    #[arg(long, value_name = "N")]
    promotions: Option<u32>,
}

/// The profile of the programs that serve, as in Cargo.toml.
const PROFILE: &str = "server";

/// Builds the bank and its torture for speed, and runs them.
pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let mut torture = built(project, "bank-crash-test")?;
    torture.args(["--database", &options.database]);
    torture.args(["--kills", &options.kills.to_string(), "--customers", &options.customers.to_string()]);
    if let Some(seed) = options.seed {
        torture.args(["--seed", &seed.to_string()]);
    }
    if options.disk_faults {
        torture.arg("--disk-faults");
    }
    if let Some(promotions) = options.promotions {
        torture.args(["--promotions", &promotions.to_string()]);
    }
    run_shown(&mut torture)
}

/// Builds the bank and a program that works on it, and gives that program, which is told where the bank is.
pub(crate) fn built(project: &Project, name: &str) -> Result<Command> {
    let packages = ["--package", "bank", "--package", name];
    run_shown(project.cargo().args(["build", "--profile", PROFILE]).args(packages))?;
    let path = |name: &str| project.target.join(PROFILE).join(format!("{name}{EXE_SUFFIX}"));
    let mut program = Command::new(path(name));
    program.arg("--bank").arg(path("bank"));
    Ok(program)
}
