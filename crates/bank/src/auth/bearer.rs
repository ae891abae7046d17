//! The access token out of the `Authorization` header (RFC 6750, section 2.1). Tokens in a query or a body are not taken.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::error::{AuthError, InvalidToken};

/// More than any provider's token has, and cheap to decode.
const MAX_TOKEN_LENGTH: usize = 8 * 1024;

pub(super) fn extract_token(headers: &HeaderMap) -> Result<&str, AuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(AuthError::MissingToken)?;
    if values.next().is_some() {
        return Err(AuthError::RepeatedHeader);
    }
    let value = value.to_str().map_err(|_| InvalidToken::Malformed)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::MissingToken);
    }
    let token = token.trim_matches(' ');
    if token.is_empty() || token.len() > MAX_TOKEN_LENGTH {
        return Err(InvalidToken::Malformed.into());
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_has_at_most_8_kib() {
        let with_token = |length: usize| {
            let value = format!("Bearer {}", "A".repeat(length)).parse().unwrap();
            HeaderMap::from_iter([(AUTHORIZATION, value)])
        };
        assert_eq!(extract_token(&with_token(MAX_TOKEN_LENGTH)).unwrap().len(), 8192);
        for length in [0, MAX_TOKEN_LENGTH + 1] {
            assert!(extract_token(&with_token(length)).is_err(), "{length}");
        }
    }
}
