//! What a deployment sets: who may ask (clients), for what (APIs and their scopes), and who can log in (customers).

use std::fmt;
use std::path::PathBuf;

use database_setup::Database;
use serde_json::{Map, Value};

use super::action::Action;
use crate::domain::{Api, Brand, Client, Customer};

/// Everything a [`Tenant`](crate::Tenant) needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// What people call the tenant, as in the list of an authenticator app. `None` means the host of the issuer.
    pub name: Option<String>,
    pub brand: Brand,
    /// The issuer, as it stands in every token: an `http` or `https` origin followed by `/`, as at Auth0.
    pub issuer: String,
    pub keys: KeyStore,
    /// Where sessions, paired phones and what else survives a restart is kept.
    pub database: Database,
    pub clients: Vec<Client>,
    pub apis: Vec<Api>,
    /// Whether a request may name the payment that it is for: `authorization_details` of the type `payment_initiation`
    /// (RFC 9396). Otherwise the parameter is passed over, as by a provider that does not know it.
    pub authorization_details: bool,
    /// Whether customers are asked before `/oidc/logout` ends a session that the request does not name (OpenID Connect
    /// RP-Initiated Logout 1.0, 2).
    pub ask_before_log_out: bool,
    pub customers: Vec<Customer>,
    /// The scripts that have a say in each log-in, in order.
    pub actions: Vec<Action>,
    /// What these scripts have around them.
    pub scripts: ScriptSettings,
    pub lifetimes: Lifetimes,
    pub limits: Limits,
    pub log: LogAccess,
    /// Messages to phones whose page is closed.
    pub web_push: WebPushSettings,
    /// Who may drive the tenant from outside (`/control`); `None`: nobody.
    pub control: Option<ControlToken>,
}

/// What scripts find around them, besides the log-in itself.
#[derive(Debug, Clone, Default)]
pub struct ScriptSettings {
    /// The folder of packages that they may `require`.
    pub packages: Option<PathBuf>,
    /// The hosts that their requests may reach: `api.example.com`, `*.example.com` or `localhost:9000`.
    pub allowed_hosts: Vec<String>,
    /// Those of them whose names may lead to an address of this machine or of a private network.
    pub private_hosts: Vec<String>,
    /// For all scripts of one log-in, in seconds.
    pub seconds: Option<u64>,
    /// `event.request.geoip`, `event.organization` and `event.authentication.riskAssessment` of every log-in.
    pub geoip: Map<String, Value>,
    pub organization: Map<String, Value>,
    pub risk_assessment: Map<String, Value>,
}

/// Messages to phones (Web Push, RFC 8030).
#[derive(Debug, Clone, Default)]
pub struct WebPushSettings {
    /// Whom the operators of push services can write to: a `mailto:` or `https:` URI. `None`: an issuer with `https`, or
    /// nobody.
    pub contact: Option<String>,
    /// The origins of push services, besides those of the browsers.
    pub services: Vec<String>,
}

/// What a test shows that drives the tenant. It is never shown, not even in `Debug`.
#[derive(Clone)]
pub struct ControlToken(pub String);

impl fmt::Debug for ControlToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ControlToken(…)")
    }
}

/// Who may look at `/log`, where requests, customers and claims are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogAccess {
    /// Nobody, and nothing is recorded.
    Off,
    /// Whoever is on this very machine, when the issuer is too. With a proxy in front of it everybody would seem to be,
    /// so what came through one is refused.
    #[default]
    Loopback,
    /// Everybody who reaches the tenant.
    Anyone,
}

#[derive(Debug, Clone)]
pub enum KeyStore {
    /// A folder; keys are made there at the first start (PKCS#8, mode 0600) and used again later.
    Folder(PathBuf),
    /// A new key for this process only, for tests.
    Memory,
}

/// How long things are good for, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    pub access_token: u64,
    pub id_token: u64,
    /// An authorization code, from the redirect to its exchange.
    pub code: u64,
    /// A session at the tenant, counted from the last log-in.
    pub session: u64,
    /// The time a customer has for the log-in page.
    pub log_in: u64,
    /// A second factor, from the moment it is asked for until the tokens are fetched; at most ten minutes.
    pub push: u64,
    pub phone: u64,
}

impl Default for Lifetimes {
    /// Auth0's values for tokens; ten minutes for a push; a working day for a session.
    fn default() -> Self {
        Self {
            access_token: 7_200,
            id_token: 36_000,
            code: 60,
            session: 12 * 3_600,
            log_in: 1_800,
            push: 600,
            phone: 30 * 86_400,
        }
    }
}

/// How often things may be tried before the tenant says "later".
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wrong passwords for one e-mail address within `password_window`.
    pub wrong_passwords: usize,
    /// Wrong passwords from one address of the network (in IPv6, one network of 64 bits) within `password_window`,
    /// whomever they are for. An office or a proxy is one address.
    pub wrong_passwords_of_peer: usize,
    /// In seconds.
    pub password_window: u64,
    /// Pushes to one customer within `push_window` that were not approved.
    pub unapproved_pushes: usize,
    /// In seconds.
    pub push_window: u64,
    /// How long a customer's phone is not asked after "This was not me", in seconds.
    pub push_lock: u64,
    /// Wrong codes (one-time codes, recovery codes) that end a request. As many in a row for one customer, and each one
    /// more, start a wait that doubles from a minute to an hour.
    pub wrong_codes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wrong_passwords: 10,
            wrong_passwords_of_peer: 100,
            password_window: 900,
            unapproved_pushes: 5,
            push_window: 600,
            push_lock: 900,
            wrong_codes: 5,
        }
    }
}
