//! Clients on trial by `tenant conformance`: the pages of libraries, and Riser itself with the bank's books.

use crate::{
    ChromeDriver, TestError,
    people::ADA,
    sdks,
    server::{ReservedPort, TestServer},
    servers::{self, AUDIENCE, CLIENT_ID, Host, Setup, demo},
};
use bank::Bank;
use conformance::{
    BrowserOptions, Options, Registration, Report, ReservedProvider, Script, TrialError, cases, try_client,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Of a step where nothing is wrong: machines that run these tests are busy.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// A client that is served, and what a customer does there.
pub struct Candidate {
    provider: ReservedProvider,
    options: Options,
    driver: Arc<ChromeDriver>,
    /// Serves the client.
    _server: TestServer,
    /// Keeps its books open.
    bank: Option<Bank>,
}

impl Candidate {
    /// The page of a library in `tests/interop/sdks/pages`.
    pub async fn page(library: &str) -> Result<Self, TestError> {
        let (provider, port) = reserve().await?;
        let start = format!("{}/{library}/", port.origin());
        let domain = provider.issuer().trim_end_matches('/').to_owned();
        let pages = sdks::files(provider.issuer(), &domain, sdks::Wish::default())?;
        let options = options(library, library, start.clone(), start)?;
        Self::new(provider, options, port.serve("pages", pages), None)
    }

    /// Riser, with a bank that knows the customer; `flow` as its configuration has it.
    pub async fn riser(flow: &str) -> Result<Self, TestError> {
        let (provider, port) = reserve().await?;
        let (issuer, origin) = (provider.issuer().to_owned(), port.origin().to_owned());
        let jwks_uri = format!("{issuer}.well-known/jwks.json");
        let config = demo::bank(&issuer, &jwks_uri, &origin, &Setup::default());
        let bank = Bank::open(config, Arc::new(bank::SystemClock)).await;
        let bank = bank.map_err(crate::error::with_causes)?;
        let config = json!({ "issuer": issuer, "client_id": CLIENT_ID, "audience": AUDIENCE, "api": "", "flow": flow });
        let files = servers::client_files(Host::Companion, &config)?;
        let router = companion::client::beside(bank.api_routes(), files);
        let options = options("riser", CLIENT_ID, format!("{origin}/"), format!("{origin}/callback"))?;
        Self::new(provider, options, port.serve("app", router), Some(bank))
    }

    fn new(
        provider: ReservedProvider,
        mut options: Options,
        server: TestServer,
        bank: Option<Bank>,
    ) -> Result<Self, TestError> {
        let driver = ChromeDriver::shared()?;
        options.webdriver = Some(driver.address());
        Ok(Self { provider, options, driver, _server: server, bank })
    }

    /// What is tried, and how: for a test to change.
    pub fn options(&mut self) -> &mut Options {
        &mut self.options
    }

    /// Shows it these misbehaviours; all without a name.
    pub async fn tried(mut self, only: &[&str]) -> Result<Report, TrialError> {
        let names: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
        self.options.cases = cases::named(&names).map_err(|error| TrialError::Browser(error.to_string()))?;
        let report = try_client(self.provider, &self.options, |line| println!("{line}")).await;
        if let Some(bank) = self.bank {
            bank.close().await;
        }
        drop(self.driver);
        report
    }
}

async fn reserve() -> Result<(ReservedProvider, ReservedPort), TestError> {
    Ok((ReservedProvider::at(0).await?, ReservedPort::reserve().await?))
}

fn options(script: &str, client_id: &str, start: String, callback: String) -> Result<Options, TestError> {
    let path = root().join(format!("examples/conformance/{script}.json"));
    let script = Script::read(&path).map_err(|error| TestError::permanent(error.to_string()))?;
    Ok(Options {
        registration: Registration {
            client_id: client_id.to_owned(),
            callback,
            start,
            audience: AUDIENCE.to_owned(),
            scopes: vec!["view:balance".to_owned()],
            step_up_scopes: vec!["transfer:funds".to_owned()],
            customer: ADA.sub.to_owned(),
        },
        script,
        tenant: None,
        cases: Vec::new(),
        webdriver: None,
        browser: BrowserOptions { headed: false, binary: std::env::var("CHROMIUM").ok() },
        timeout: STEP_TIMEOUT,
        patience: None,
        evidence: root().join("tests/e2e/failures/conformance"),
    })
}

/// That of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
