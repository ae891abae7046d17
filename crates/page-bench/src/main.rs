//! Measures Riser's page in Chromium, beside a bare client and one on React; `cargo xtask bench page` builds and runs it.
//!
//! The network and the processor are slowed down. The provider and the API answer at once, so what is measured is the
//! client's own way.

mod browser;
mod client_server;
mod clients;
mod error;
mod measures;
mod provider;
mod report;
mod request_log;
mod server;
mod tokens;
mod visit;

use crate::browser::Browser;
use crate::clients::{Client, Folders};
use crate::error::BenchError;
use crate::provider::Provider;
use crate::report::Report;
use crate::request_log::RequestLog;
use clap::Parser;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Measure the client's page, beside a bare client and one on React.
#[derive(Parser)]
struct Flags {
    /// The folder of the built client.
    #[arg(long)]
    dist: PathBuf,
    /// The folder of the bare client.
    #[arg(long)]
    bare: PathBuf,
    /// The folder of the client on React, with its script built.
    #[arg(long)]
    react: PathBuf,
    /// How often each client is measured; the medians count.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Measure this client beside the bare one, and no other.
    #[arg(long, value_enum, value_name = "NAME")]
    client: Option<Client>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(Flags::parse()).await {
        Ok(report) => {
            println!("\n{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(deeper) = cause {
                eprintln!("  because: {deeper}");
                cause = deeper.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn measure(flags: Flags) -> Result<Report, BenchError> {
    let log = RequestLog::default();
    let provider = Provider::start(&log).await?;
    let folders = Folders { bare: flags.bare, react: flags.react, riser: flags.dist };
    let mut servers = Vec::new();
    for client in Client::ALL {
        if client == Client::Bare || flags.client.is_none_or(|chosen| chosen == client) {
            servers.push((client, client_server::start(folders.of(client), &provider, &log).await?));
        }
    }
    let browser = Browser::start().await?;
    let mut report = Report::new(browser.version().to_owned(), servers.iter().map(|(client, _)| *client));
    for run in 0..flags.runs {
        // Each client once in each run, so that what else the machine does meets all alike; each begins some time.
        servers.rotate_left(1);
        for (client, server) in &servers {
            let measured = visit::measure(&browser, *client, server, &log).await?;
            println!("run {}, {}: {measured}", run + 1, client.name());
            report.add(*client, measured);
        }
    }
    for (client, server) in &servers {
        report.set_bytes(*client, server.bytes_sent());
    }
    browser.quit().await?;
    Ok(report)
}
