//! What the words of a customer and of the protocol mean, as values: money, IBANs, transfers, scopes, tokens.

pub mod authentication;
pub mod entropy;
pub mod iban;
pub mod locale;
pub mod logout_count;
pub mod money;
pub mod problem;
pub mod reference;
pub mod scope;
pub(crate) mod text;
pub mod time;
pub mod token;
pub mod transfer;
pub mod web_url;
