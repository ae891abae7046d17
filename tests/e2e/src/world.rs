//! The servers of one test: provider, bank and the built client, each on a port of its own, all in this process.

mod client;
pub(crate) mod demo;
mod provider;

use crate::{
    Miss, Program,
    authenticator::Authenticator,
    clock::MovableClock,
    express::Express,
    misbehaving::{Misbehaving, Registration},
    people::{Person, TOTP_KEY},
    program::INTEROP,
    site::{Ground, Site, proxy_to},
};
use bank::Bank;
use serde_json::{Value, json};
use std::{fmt, sync::Arc, time::Duration};
use tenant::Tenant;

pub use provider::ProviderProgram;

/// The client's id at the provider.
pub const CLIENT_ID: &str = "riser";
/// The identifier of the bank's API.
pub const AUDIENCE: &str = "https://my-banking-api";

/// What is particular about a test's world. The default is the whole companion as it comes.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Who logs people in.
    pub provider: Provider,
    /// The scopes that the companion tenant grants to Ada at most; `None`: all.
    pub permissions: Option<Vec<&'static str>>,
    /// Does the companion tenant take `authorization_details` (RFC 9396), and say so?
    pub authorization_details: bool,
    /// How long an access token is good for, in seconds.
    pub access_token_seconds: u64,
    /// Who answers for the API.
    pub api: Api,
    /// How many orders the companion bank takes from a customer in a minute.
    pub transfers_per_minute: u32,
    /// What the accounts at the companion bank are in (ISO 4217); what they open with is in its minor units.
    pub currency: &'static str,
    /// Who serves the client's files.
    pub host: Host,
    /// Changes of the client's configuration block.
    pub config: fn(&mut Value),
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            provider: Provider::Companion,
            permissions: None,
            authorization_details: true,
            access_token_seconds: tenant::Lifetimes::default().access_token,
            api: Api::Bank,
            transfers_per_minute: bank::DEFAULT_TRANSFERS_PER_MINUTE,
            currency: "EUR",
            host: Host::Companion,
            config: |_| {},
        }
    }
}

/// Who logs people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// The companion tenant, with its pages and the customer's phone.
    Companion,
    /// A provider that logs Ada in without a page, and does wrong what a test tells it to.
    Misbehaving,
    /// A provider that nobody here wrote.
    Program(ProviderProgram),
}

impl Provider {
    /// The issuer and the address of its keys.
    fn addresses(self, origin: &str) -> (String, String) {
        match self {
            Self::Companion | Self::Misbehaving => {
                (format!("{origin}/"), format!("{origin}/.well-known/jwks.json"))
            }
            Self::Program(program) => {
                (format!("{origin}{}", program.issuer_path), format!("{origin}{}", program.jwks_path))
            }
        }
    }
}

/// Who answers for the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// The companion bank, on the client's origin.
    Bank,
    /// The companion bank, on an origin of its own.
    BankElsewhere,
    /// The sample of Auth0's documentation, on the client's origin.
    Express,
    /// The same on an origin of its own, with `cors()`.
    ExpressElsewhere,
    /// A script of `tests/interop` on Node.js, on an origin of its own.
    Node(&'static str),
    /// The same in Python.
    Python(&'static str),
}

/// Who serves the client's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// The companion, with its security headers and its fall-back to `index.html`.
    Companion,
    /// A static host that knows files and nothing else.
    Files,
}

/// Running servers. They end with it.
pub struct World {
    /// The OpenID provider, whichever it is.
    pub tenant: Site,
    /// The client's origin.
    pub app: Site,
    misbehaving: Option<Misbehaving>,
    elsewhere: Option<Site>,
    bank: Option<Bank>,
    /// What answers behind `tenant` and `elsewhere`.
    programs: Vec<Program>,
    provider: Provider,
    clock: MovableClock,
}

impl World {
    /// Claims the ports, writes the configurations, starts the servers.
    pub async fn start(setup: Setup) -> Result<Self, Miss> {
        let tenant_ground = Ground::claim().await?;
        let ground = Ground::claim().await?;
        let own_ground = match setup.api {
            Api::Bank | Api::Express => None,
            Api::BankElsewhere | Api::ExpressElsewhere | Api::Node(_) | Api::Python(_) => {
                Some(Ground::claim().await?)
            }
        };
        let (issuer, jwks_uri) = setup.provider.addresses(tenant_ground.origin());
        let mut programs = Vec::new();

        let (provider, misbehaving) = match setup.provider {
            Provider::Companion => {
                let registrations = demo::tenant(&issuer, ground.origin(), &setup);
                let tenant =
                    Tenant::open(registrations, Arc::new(tenant::SystemClock)).await.map_err(told)?;
                (tenant.router(), None)
            }
            Provider::Misbehaving => {
                let misbehaving = Misbehaving::new(Registration {
                    issuer: issuer.clone(),
                    client_id: CLIENT_ID.to_owned(),
                    app: ground.origin().to_owned(),
                    audience: AUDIENCE.to_owned(),
                    access_token_seconds: setup.access_token_seconds,
                })?;
                (misbehaving.router(), Some(misbehaving))
            }
            Provider::Program(program) => {
                let program = program.start(tenant_ground.origin(), ground.origin()).await?;
                let router = proxy_to(program.origin())?;
                programs.push(program);
                (router, None)
            }
        };

        let clock = MovableClock::default();

        let bank = match setup.api {
            Api::Express | Api::ExpressElsewhere | Api::Node(_) | Api::Python(_) => None,
            Api::Bank | Api::BankElsewhere => {
                let config = demo::bank(&issuer, &jwks_uri, ground.origin(), &setup);
                Some(Bank::open(config, Arc::new(clock.clone())).await.map_err(told)?)
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
            cors: own_ground.is_some(),
        };
        let api = match (&bank, &program, &own_ground) {
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
            "api": own_ground.as_ref().map_or("", Ground::origin),
        });
        if let Provider::Program(program) = setup.provider {
            config["flow"] = program.flow.into();
        }
        (setup.config)(&mut config);
        let files = client::router(setup.host, &config)?;

        let (app, elsewhere) = match own_ground {
            Some(own) => (files, Some(own.serve("api", api))),
            None => (client::beside(api, files), None),
        };
        Ok(Self {
            tenant: tenant_ground.serve("tenant", provider),
            app: ground.serve("app", app),
            misbehaving,
            elsewhere,
            bank,
            programs,
            provider: setup.provider,
            clock,
        })
    }

    /// From now on the bank and every program believe that it is so much later. Pages have a clock of their own.
    pub async fn put_clocks_forward(&self, by: Duration) -> Result<(), Miss> {
        for program in &self.programs {
            program.put_clock_forward(by).await?;
        }
        self.clock.put_forward(by);
        Ok(())
    }

    /// What the customer's authenticator app shows to a provider that nobody here wrote.
    pub fn one_time_code(&self) -> Result<String, Miss> {
        Authenticator::with_key(TOTP_KEY).code_ahead(self.clock.ahead())
    }

    /// Where the API answers: the client's origin, or one of its own.
    #[must_use]
    pub fn api(&self) -> &Site {
        self.elsewhere.as_ref().unwrap_or(&self.app)
    }

    /// The provider that does wrong what it is told to.
    pub fn provider(&self) -> Result<&Misbehaving, Miss> {
        self.misbehaving.as_ref().ok_or_else(|| Miss::last("this world's provider never misbehaves"))
    }

    /// The program of others in this world: of two, the one that answers for the API.
    pub fn program(&self) -> Result<&Program, Miss> {
        self.programs.last().ok_or_else(|| Miss::last("nobody else's program is in this world"))
    }

    /// The companion bank's books.
    pub fn ledger(&self) -> Result<&bank::Ledger, Miss> {
        self.bank.as_ref().map(Bank::ledger).ok_or_else(|| Miss::last("this world's API keeps no books"))
    }

    /// The books: how much this person has, in cents.
    pub async fn balance_of(&self, person: Person) -> Result<i64, Miss> {
        self.ledger()?
            .balance(person.iban)
            .await
            .map_err(told)?
            .ok_or_else(|| Miss::last("there is no such account"))
    }

    /// The books: how many transfers were carried out. Fails when they do not add up to zero.
    pub async fn transfers_made(&self) -> Result<i64, Miss> {
        let ledger = self.ledger()?;
        let sum = ledger.postings_sum().await.map_err(told)?;
        if sum != 0 {
            return Err(Miss::last(format!("the postings sum to {sum}")));
        }
        ledger.transfer_count().await.map_err(told)
    }

    /// The scopes that the provider was asked for, one line for each request of the client. Some providers send the browser
    /// to the same address again after a page of theirs, or have that page post to it: that is the same request.
    #[must_use]
    pub fn scopes_asked(&self) -> Vec<String> {
        let asked = match self.provider {
            Provider::Companion | Provider::Misbehaving => self.tenant.requests("/authorize"),
            Provider::Program(program) => {
                let mut asked = self.tenant.those(|request| request.is("GET", program.authorization_path));
                asked.dedup_by_key(|request| request.parameter("state"));
                asked
            }
        };
        asked.iter().map(|request| request.parameter("scope")).collect()
    }

    /// The answers of the API to that request, in the order of arrival; `None` where none arrived.
    #[must_use]
    pub fn statuses(&self, method: &str, path: &str) -> Vec<Option<u16>> {
        let those = self.api().those(|request| request.is(method, path));
        those.iter().map(|request| request.fate.answered()).collect()
    }

    /// What all servers were asked, and what programs of others wrote.
    #[must_use]
    pub fn access_log(&self) -> String {
        let elsewhere = self.elsewhere.as_deref().map(|site| format!("{site:?}")).unwrap_or_default();
        let programs: String = self.programs.iter().map(Program::transcript).collect();
        format!("{:?}{:?}{elsewhere}{programs}", *self.tenant, *self.app)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.access_log())
    }
}

pub(crate) fn told(error: impl std::error::Error) -> Miss {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    Miss::last(text)
}
