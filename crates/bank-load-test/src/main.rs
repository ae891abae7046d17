//! Measures the bank beside an API on Express; `cargo xtask bench bank` builds and runs it.

mod comparison;
mod express;
mod flags;
mod growth;
mod load;
mod requests;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let flags = flags::Flags::parse();
    let measured =
        if flags.growth { growth::measure_all(&flags).await } else { comparison::measure_all(&flags).await };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
