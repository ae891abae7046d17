//! `riser health`: for what restarts programs that are not well, such as a container's health check.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use companion::address::Address;
use reqwest::Client;

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
                format!("no answer ({error})")
            }
        };
        println!("{url}: {answer}");
    }
    if all_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn ask(url: &str) -> reqwest::Result<reqwest::StatusCode> {
    let client = Client::builder().timeout(REQUEST_TIMEOUT).no_proxy().build()?;
    Ok(client.get(url).send().await?.status())
}
