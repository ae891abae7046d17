//! What a deployment sets: who may ask (clients), for what (APIs and their scopes), and who can log in (customers).
//! The checks of these values are in [`check`].

mod action;
mod check;
mod client;
mod file;
mod secret;

use std::path::PathBuf;

use database_setup::Database;
use serde_json::{Map, Value};

pub use action::{Action, ActionKind, STEP_UP_ACTION};
pub use check::{ConfigError, ConfigErrors};
pub(crate) use check::{check, origin_of};
pub(crate) use client::app_scheme_of;
pub(crate) use client::web_origin_of;
pub use client::{Client, GrantType};
pub use file::{ConfigFile, FileError};
pub use secret::{EnrolledFactors, Password};

/// Everything a [`Tenant`](crate::Tenant) needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// What people call the tenant, as in the list of an authenticator app. `None` means the host of the issuer.
    pub name: Option<String>,
    /// The issuer, as it stands in every token: an `http` or `https` origin followed by `/`, as at Auth0.
    pub issuer: String,
    /// Where the signing keys live.
    pub keys: KeyStore,
    /// Where sessions, paired phones and what else survives a restart is kept.
    pub database: Database,
    /// The registered applications.
    pub clients: Vec<Client>,
    /// The registered APIs.
    pub apis: Vec<Api>,
    /// Whether a request may name the payment that it is for: `authorization_details` of the type `payment_initiation`
    /// (RFC 9396). Otherwise the parameter is passed over, as by a provider that does not know it.
    pub authorization_details: bool,
    /// Whether customers are asked before `/oidc/logout` ends a session that the request does not name (OpenID Connect
    /// RP-Initiated Logout 1.0, 2).
    pub ask_before_log_out: bool,
    /// The people who can log in.
    pub customers: Vec<Customer>,
    /// The scripts that have a say in each log-in, in order.
    pub actions: Vec<Action>,
    /// How long things are good for.
    pub lifetimes: Lifetimes,
    /// How often things may be tried.
    pub limits: Limits,
    /// Who may look at the log.
    pub log: LogAccess,
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

/// Where the signing keys live.
#[derive(Debug, Clone)]
pub enum KeyStore {
    /// A folder; keys are made there at the first start (PKCS#8, mode 0600) and used again later.
    Folder(PathBuf),
    /// A new key for this process only, for tests.
    Memory,
}

/// A registered API, for which access tokens are made.
#[derive(Debug, Clone)]
pub struct Api {
    /// The identifier that clients send as `audience` and that the API finds in `aud`.
    pub identifier: String,
    /// The name that customers read.
    pub name: String,
    /// The scopes that can be granted.
    pub scopes: Vec<ApiScope>,
    /// Scopes that are granted only after a second factor, each time anew, whatever scripts decide. A tenant that leaves
    /// this to its Actions, as Auth0's do, has none.
    pub step_up_scopes: Vec<String>,
    /// How long its access tokens are good for, in seconds; `None` means [`Lifetimes::access_token`].
    pub token_lifetime: Option<u64>,
}

/// One scope of an API.
#[derive(Debug, Clone)]
pub struct ApiScope {
    /// As in a request, for example `transfer:funds`.
    pub name: String,
    /// Completes the sentence "Riser asks to …", for example `transfer funds from your account`.
    pub asks_to: String,
}

/// A person who can log in.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The subject identifier in tokens: at most 255 ASCII characters (OIDC Core 2), for example `auth0|1001`.
    pub sub: String,
    /// What they log in with; upper and lower case are not distinguished.
    pub email: String,
    /// Their full name.
    pub name: String,
    /// What they prove it with.
    pub password: Password,
    /// The API scopes they may be granted; `None` means every scope of the API.
    pub permissions: Option<Vec<String>>,
    /// Names of roles, for scripts: `event.authorization.roles`. They permit nothing by themselves.
    pub roles: Vec<String>,
    /// What Actions know about them (`event.user.app_metadata`), until an Action changes it.
    pub app_metadata: Map<String, Value>,
    /// What they say about themselves (`event.user.user_metadata`), until an Action changes it.
    pub user_metadata: Map<String, Value>,
    /// What they have set up besides the password. Phones are paired by themselves.
    pub factors: EnrolledFactors,
    /// What scripts are told of them besides.
    pub profile: Profile,
}

/// What scripts are told of a customer besides: members of `event.user`, with the names that they have there.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// What others call them; `None` means their e-mail address as far as its `@`, as at Auth0.
    pub nickname: Option<String>,
    /// Where a picture of them is; `None` means one of the tenant's own, the same for all.
    pub picture: Option<String>,
    /// A part of their name.
    pub given_name: Option<String>,
    /// A part of their name.
    pub family_name: Option<String>,
    /// Another name of theirs. They log in with the e-mail address.
    pub username: Option<String>,
    /// Their telephone number, with `+` in front.
    pub phone_number: Option<String>,
}

/// How long things are good for, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// An access token (`expires_in`).
    pub access_token: u64,
    /// An ID token.
    pub id_token: u64,
    /// An authorization code, from the redirect to its exchange.
    pub code: u64,
    /// A session at the tenant, counted from the last log-in.
    pub session: u64,
    /// The time a customer has for the log-in page.
    pub log_in: u64,
    /// A second factor, from the moment it is asked for until the tokens are fetched; at most ten minutes.
    pub push: u64,
    /// A phone's pairing.
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
