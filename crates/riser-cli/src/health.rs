//! `riser health`: for what restarts programs that are not well, such as a container's health check.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use companion::address::Address;
use reqwest::{Client, StatusCode};

/// Less than container runtimes wait.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Args)]
pub(crate) struct Flags {
    /// Ask these addresses instead, each of which must answer with 2xx
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// Where the bank is
    #[arg(long, env = "RISER_BANK", value_name = "ADDRESS", default_value = "http://localhost:8080")]
    bank: Address,
    /// Where the tenant is
    #[arg(long, env = "RISER_TENANT", value_name = "ADDRESS", default_value = "http://localhost:8090")]
    tenant: Address,
}

impl Flags {
    fn urls(&self) -> Vec<String> {
        if self.urls.is_empty() {
            [&self.bank, &self.tenant].map(|address| format!("{}/readyz", address.origin())).into()
        } else {
            self.urls.clone()
        }
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(flags: &Flags) -> ExitCode {
    let mut all_ready = true;
    for url in flags.urls() {
        let answer = match ask(&url).await {
            Ok(status) if status.is_success() => format!("ready ({status})"),
            Ok(status) => {
                all_ready = false;
                format!("not ready ({status})")
            }
            Err(error) => {
                all_ready = false;
                format!("no answer ({})", reason(&error))
            }
        };
        println!("{url}: {answer}");
    }
    if all_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn ask(url: &str) -> reqwest::Result<StatusCode> {
    let mut client = Client::builder().timeout(REQUEST_TIMEOUT).no_proxy();
    if !url.starts_with("https:") {
        // A container has no certificate authorities, and without TLS it needs none.
        client = client.tls_certs_only([]);
    }
    Ok(client.build()?.get(url).send().await?.status())
}

/// What was first: the others say that something went wrong.
fn reason(error: &dyn Error) -> String {
    let mut first = error;
    while let Some(source) = first.source() {
        first = source;
    }
    first.to_string()
}
