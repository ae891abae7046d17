//! Commands: `up` runs everything on this machine, `client` serves the client alone.

mod client;
mod data_folder;
mod up;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

pub use client::{ClientFlags, serve_client};
pub use up::{UpFlags, up};

/// To the standard error: the standard output is for what a person has to know.
fn log_warnings() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
}

fn exit(done: Result<(), impl Error + 'static>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_reasons(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and what led to it, in one line.
fn with_reasons(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut reason = error.source();
    while let Some(error) = reason {
        // A few errors repeat their source in their own sentence.
        if !text.contains(&error.to_string()) {
            text = format!("{text}: {error}");
        }
        reason = error.source();
    }
    text
}
