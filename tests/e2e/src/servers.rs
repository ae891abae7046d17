//! The servers of one test: provider, bank and the built client, each on a port of its own, all in this process.

mod client;
pub(crate) mod demo;
mod ids;
mod provider;
mod setup;

use crate::{
    Program, TestError,
    authenticator::Authenticator,
    clock::MovableClock,
    error::with_causes,
    express::Express,
    faulty_provider::{FaultyProvider, Registration},
    people::{Person, TOTP_KEY},
    program::INTEROP,
    server::{ReservedPort, TestServer, proxy_to},
};
use bank::Bank;
use serde_json::json;
use std::{fmt, sync::Arc, time::Duration};
use tenant::Tenant;

pub(crate) use client::router as client_files;
pub use ids::{AUDIENCE, CLIENT_ID, CONTROL_TOKEN};
pub use provider::ProviderProgram;
pub use setup::{Api, Host, Provider, Setup};

/// Running servers. They end with it.
pub struct Servers {
    /// The OpenID provider, whichever it is.
    pub tenant: TestServer,
    /// The client's origin.
    pub app: TestServer,
    faulty_provider: Option<FaultyProvider>,
    elsewhere: Option<TestServer>,
    bank: Option<Bank>,
    /// What answers behind `tenant` and `elsewhere`.
    programs: Vec<Program>,
    provider: Provider,
    clock: MovableClock,
}

impl Servers {
    /// Claims the ports, writes the configurations, starts the servers.
    pub async fn start(setup: Setup) -> Result<Self, TestError> {
        let tenant_port = ReservedPort::reserve().await?;
        let port = ReservedPort::reserve().await?;
        let own_port = match setup.api {
            Api::Bank | Api::Express => None,
            Api::BankElsewhere | Api::ExpressElsewhere | Api::Node(_) | Api::Python(_) => {
                Some(ReservedPort::reserve().await?)
            }
        };
        let (issuer, jwks_uri) = setup.provider.addresses(tenant_port.origin());
        let mut programs = Vec::new();

        let (provider, faulty_provider) = match setup.provider {
            Provider::Companion => {
                let registrations = demo::tenant(&issuer, port.origin(), &setup);
                let tenant =
                    Tenant::open(registrations, Arc::new(tenant::SystemClock)).await.map_err(with_causes)?;
                (tenant.router(), None)
            }
            Provider::FaultyProvider => {
                let faulty_provider = FaultyProvider::new(Registration {
                    issuer: issuer.clone(),
                    client_id: CLIENT_ID.to_owned(),
                    app: port.origin().to_owned(),
                    audience: AUDIENCE.to_owned(),
                    access_token_seconds: setup.access_token_seconds,
                })?;
                (faulty_provider.router(), Some(faulty_provider))
            }
            Provider::Program(program) => {
                let program = program.start(tenant_port.origin(), port.origin()).await?;
                let router = proxy_to(program.origin())?;
                programs.push(program);
                (router, None)
            }
        };

        let clock = MovableClock::default();

        let bank = match setup.api {
            Api::Express | Api::ExpressElsewhere | Api::Node(_) | Api::Python(_) => None,
            Api::Bank | Api::BankElsewhere => {
                let config = demo::bank(&issuer, &jwks_uri, port.origin(), &setup);
                Some(Bank::open(config, Arc::new(clock.clone())).await.map_err(with_causes)?)
            }
        };
        let tokens = [("ISSUER", issuer.as_str()), ("AUDIENCE", AUDIENCE)];
        let program = match setup.api {
            Api::Node(script) => Some(Program::node(INTEROP, script, &tokens).await?),
            Api::Python(script) => Some(Program::python(script, &tokens).await?),
            _ => None,
        };
        let express = Express {
            jwks_uri,
            issuer: issuer.clone(),
            audience: AUDIENCE.to_owned(),
            cors: own_port.is_some(),
        };
        let api = match (&bank, &program, &own_port) {
            (_, Some(program), _) => proxy_to(program.origin())?,
            (Some(bank), _, None) => bank.api_routes(),
            (Some(bank), _, Some(_)) => bank.router(),
            (None, _, None) => express.routes(),
            (None, _, Some(_)) => express.router(),
        };
        programs.extend(program);

        let mut config = json!({
            "issuer": issuer,
            "client_id": CLIENT_ID,
            "audience": AUDIENCE,
            "api": own_port.as_ref().map_or("", ReservedPort::origin),
        });
        if let Provider::Program(program) = setup.provider {
            config["flow"] = program.flow.into();
        }
        (setup.config)(&mut config);
        let files = client::router(setup.host, &config)?;

        let (app, elsewhere) = match own_port {
            Some(own) => (files, Some(own.serve("api", api))),
            None => (companion::client::beside(api, files), None),
        };
        Ok(Self {
            tenant: tenant_port.serve("tenant", provider),
            app: port.serve("app", app),
            faulty_provider,
            elsewhere,
            bank,
            programs,
            provider: setup.provider,
            clock,
        })
    }

    /// From now on the bank and every program believe that it is so much later. Pages have a clock of their own.
    pub async fn put_clocks_forward(&self, by: Duration) -> Result<(), TestError> {
        for program in &self.programs {
            program.put_clock_forward(by).await?;
        }
        self.clock.put_forward(by);
        Ok(())
    }

    /// What the customer's authenticator app shows to a provider that nobody here wrote.
    pub fn one_time_code(&self) -> Result<String, TestError> {
        Authenticator::with_key(TOTP_KEY).code_ahead(self.clock.ahead())
    }

    /// Where the API answers: the client's origin, or one of its own.
    #[must_use]
    pub fn api(&self) -> &TestServer {
        self.elsewhere.as_ref().unwrap_or(&self.app)
    }

    /// The provider that does wrong what it is told to.
    pub fn provider(&self) -> Result<&FaultyProvider, TestError> {
        self.faulty_provider
            .as_ref()
            .ok_or_else(|| TestError::permanent("this test's provider has no faults"))
    }

    /// The program of others of this test: of two, the one that answers for the API.
    pub fn program(&self) -> Result<&Program, TestError> {
        self.programs.last().ok_or_else(|| TestError::permanent("this test has no program of others"))
    }

    /// The companion bank's books.
    pub fn ledger(&self) -> Result<&bank::Ledger, TestError> {
        self.bank
            .as_ref()
            .map(Bank::ledger)
            .ok_or_else(|| TestError::permanent("this test's API keeps no books"))
    }

    /// The books: how much this person has, in cents.
    pub async fn balance_of(&self, person: Person) -> Result<i64, TestError> {
        self.ledger()?
            .balance(person.iban)
            .await
            .map_err(with_causes)?
            .ok_or_else(|| TestError::permanent("there is no such account"))
    }

    /// The books: how many transfers were carried out. Fails when they do not add up to zero.
    pub async fn transfers_made(&self) -> Result<i64, TestError> {
        let ledger = self.ledger()?;
        let sum = ledger.postings_sum().await.map_err(with_causes)?;
        if sum != 0 {
            return Err(TestError::permanent(format!("the postings sum to {sum}")));
        }
        ledger.transfer_count().await.map_err(with_causes)
    }

    /// The scopes that the provider was asked for, one line for each request of the client. Some providers send the browser
    /// to the same address again after a page of theirs, or have that page post to it: that is the same request.
    #[must_use]
    pub fn scopes_asked(&self) -> Vec<String> {
        let asked = match self.provider {
            Provider::Companion | Provider::FaultyProvider => self.tenant.requests("/authorize"),
            Provider::Program(program) => {
                let mut asked = self.tenant.matching(|request| request.is("GET", program.authorization_path));
                asked.dedup_by_key(|request| request.parameter("state"));
                asked
            }
        };
        asked.iter().map(|request| request.parameter("scope")).collect()
    }

    /// The answers of the API to that request, in the order of arrival; `None` where none arrived.
    #[must_use]
    pub fn statuses(&self, method: &str, path: &str) -> Vec<Option<u16>> {
        let matching = self.api().matching(|request| request.is(method, path));
        matching.iter().map(|request| request.status.answered()).collect()
    }

    /// What all servers were asked, and what programs of others wrote.
    #[must_use]
    pub fn access_log(&self) -> String {
        let elsewhere = self.elsewhere.as_deref().map(|server| format!("{server:?}")).unwrap_or_default();
        let programs: String = self.programs.iter().map(Program::transcript).collect();
        format!("{:?}{:?}{elsewhere}{programs}", *self.tenant, *self.app)
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.access_log())
    }
}
