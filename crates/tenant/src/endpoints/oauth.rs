//! What the endpoints have in common that programs call: their bodies, who asks, and their errors (RFC 6749, 2.3, 3.2 and 5.2).

mod body;
mod client_authentication;
mod error;

pub(super) use body::{TOO_LONG, no_duplicates, read};
pub(super) use client_authentication::authenticate;
pub(super) use error::{OAuthError, error};

use crate::domain::Parameters;

/// The value of a parameter without which nothing can be done.
pub(super) fn required<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, OAuthError> {
    parameters.get(name).ok_or_else(|| OAuthError::new("invalid_request", format!("{name} is missing.")))
}
