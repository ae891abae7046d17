//! What a deployment sets, and what can be wrong with it.

use database_setup::Database;

use crate::ledger::{History, HistoryError, LedgerOpenError, OpeningAccount};

#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer whose access tokens are accepted, compared exactly with `iss` (Auth0's ends in `/`).
    pub issuer: String,
    /// Where the issuer publishes its keys (JWKS, RFC 7517). `http` or `https`.
    pub jwks_uri: String,
    /// The certificate (DER) of the one authority that may vouch for the issuer's. `None`: those that the system trusts.
    pub issuer_authority: Option<Vec<u8>>,
    /// The identifier of this API, which must be in a token's `aud`.
    pub audience: String,
    pub dynamic_linking: DynamicLinking,
    /// Origins of the browser clients that may call the API from elsewhere, as in `http://localhost:3000`.
    pub allowed_origins: Vec<String>,
    pub database: Database,
    /// Accounts that must exist once the bank is open. One that is there already stays as it is, balance included.
    pub opening_accounts: Vec<OpeningAccount>,
    /// What new books begin with besides the accounts: for a demonstration.
    pub history: History,
    /// Orders, and repetitions of orders, that each customer may send at once and in each minute; 0 for any number. Each
    /// bank process counts for itself.
    pub transfers_per_minute: u32,
    /// The same for everything that a customer reads.
    pub reads_per_minute: u32,
}

/// More than a person enters, and little for a program.
pub const DEFAULT_TRANSFERS_PER_MINUTE: u32 = 30;
/// Name checks that each customer may ask for at once and in each minute, where orders are limited: enough for somebody who
/// corrects what they type, and too few to find out names by trying.
pub(crate) const NAME_CHECKS_PER_MINUTE: u32 = 30;
/// More than the page asks for in several tabs, and little for a program.
pub const DEFAULT_READS_PER_MINUTE: u32 = 300;

/// What a token's claim `authorization_details` (RFC 9396) means for a transfer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DynamicLinking {
    /// A token that has it is good for the transfer that it names, and for no other; one without it is good for any.
    #[default]
    WhenPresent,
    /// A token without it is good for no transfer.
    Required,
}

#[derive(Debug, thiserror::Error)]
pub enum BankOpenError {
    #[error("jwks_uri is `{value}`, but must be an absolute http or https URL")]
    JwksUri { value: String },
    #[error("allowed origin `{value}` must be scheme, host and port only, as in `http://localhost:3000`")]
    Origin { value: String },
    #[error("the HTTP client for the key set cannot start")]
    HttpClient(#[source] reqwest::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerOpenError),
    #[error(transparent)]
    History(#[from] HistoryError),
}
