//! `cargo xtask torture`: kills the bank while customers pay through a faulty network, and checks the books.

use crate::failure::Result;
use crate::process::run_shown;
use crate::project::Project;
use std::env::consts::EXE_SUFFIX;
use std::process::Command;

/// The profile of the programs that serve, as in Cargo.toml.
const PROFILE: &str = "server";

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result {
    run_shown(built(project, "bank-crash-test")?.args(arguments))
}

/// Builds the bank and a program that works on it for speed, and gives that program, which is told where the bank is.
pub(crate) fn built(project: &Project, name: &str) -> Result<Command> {
    let packages = ["--package", "bank", "--package", name];
    run_shown(project.cargo().args(["build", "--profile", PROFILE]).args(packages))?;
    let path = |name: &str| project.target.join(PROFILE).join(format!("{name}{EXE_SUFFIX}"));
    let mut program = Command::new(path(name));
    program.arg("--bank").arg(path("bank"));
    Ok(program)
}
