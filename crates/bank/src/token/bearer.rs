//! The access token out of the `Authorization` header (RFC 6750, section 2.1). Tokens in a query or a body are not taken.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::{Refused, TokenError};

/// More than any provider's token, and little enough to decode without a thought.
const MAX_TOKEN: usize = 8 * 1024;

pub(super) fn token(headers: &HeaderMap) -> Result<&str, TokenError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(TokenError::Missing)?;
    if values.next().is_some() {
        return Err(TokenError::Repeated);
    }
    let value = value.to_str().map_err(|_| Refused::Form)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Missing);
    }
    let token = token.trim_matches(' ');
    if token.is_empty() || token.len() > MAX_TOKEN {
        return Err(Refused::Form.into());
    }
    Ok(token)
}
