//! The bank as a program of its own.

use std::process::ExitCode;

use bank::cli::{Flags, run};
use clap::Parser as _;

fn main() -> ExitCode {
    run(Flags::parse())
}
