//! What the words of a customer and of the protocol mean, as values: money, IBANs, transfers, scopes, tokens.

pub(crate) mod authentication;
pub(crate) mod entropy;
pub(crate) mod iban;
pub(crate) mod locale;
pub(crate) mod logout_count;
pub(crate) mod message;
pub mod money;
pub(crate) mod payee_name;
pub(crate) mod place;
pub(crate) mod problem;
pub(crate) mod reference;
pub(crate) mod scope;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod token;
pub(crate) mod transfer;
pub(crate) mod web_url;

pub use self::{
    authentication::AuthenticationRequirement,
    entropy::Entropy,
    iban::{Iban, IbanError},
    locale::{Locale, MAX_MARKS, Notation},
    message::Message,
    money::{AmountError, Money},
    payee_name::{CheckedName, NameCheck, Payee},
    place::Place,
    problem::Problem,
    scope::Scopes,
    time::Timestamp,
    token::Bearer,
    transfer::{Draft, DraftErrors, Field, Order, Receipt, TransferId},
    web_url::{ParseUrl, UrlParts, WebUrl},
};
pub(crate) use self::{
    authentication::MFA_AMR,
    logout_count::LogoutCount,
    token::{
        AuthorizationCode, CachedToken, CompactIdToken, ReceivedAccessToken, SessionToken, SingleUseToken,
        TokenCache,
    },
};
