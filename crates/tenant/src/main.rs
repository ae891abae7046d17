//! The tenant as a program of its own.

use std::process::ExitCode;

use clap::Parser as _;
use tenant::cli::{Arguments, run};

fn main() -> ExitCode {
    run(Arguments::parse(), "tenant")
}
