//! Access tokens: from the `Authorization` header to an [`AuthorizedCaller`] who may do what was asked for.
//!
//! - `verifier`: all steps. `scope`, `error`: what can be permitted, and why it is not.
//! - `bearer`: the token out of the header (RFC 6750).
//! - `access_token`: header, signature, claims (RFC 7519, RFC 8725, RFC 9068), validated with the bank's clock.
//! - `authorization_details`: the one payment that a token is for (RFC 9396).
//! - `key_cache`: the issuer's keys, fetched within the limits of `fetch_budget`.
//! - `jwks`: the issuer's key set (RFC 7517). `verification_key`: one of its keys (RFC 7518), and what it has signed.

mod access_token;
mod authorization_details;
mod bearer;
mod error;
mod fetch_budget;
mod jwks;
mod key_cache;
mod scope;
mod verification_key;
mod verifier;

pub(crate) use authorization_details::DetailsMismatch;
pub(crate) use error::AuthError;
pub(crate) use scope::Scope;
pub(crate) use verifier::{AuthorizedCaller, TokenVerifier};
