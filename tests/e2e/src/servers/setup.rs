//! What is particular about the servers of a test.

use super::provider::ProviderProgram;
use serde_json::Value;

/// What is particular about a test's servers. The default is the whole companion as it comes.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Who logs people in.
    pub provider: Provider,
    /// Can the companion tenant be driven by tests (`/control`), with [`CONTROL_TOKEN`](super::CONTROL_TOKEN)?
    pub control: bool,
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
            control: false,
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
    FaultyProvider,
    /// A provider that nobody here wrote.
    Program(ProviderProgram),
}

impl Provider {
    /// The issuer and the address of its keys.
    pub(super) fn addresses(self, origin: &str) -> (String, String) {
        match self {
            Self::Companion | Self::FaultyProvider => {
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
