//! Why an access token is not accepted.

use super::scope::Scope;

/// The database keeps the id of each spent token in an index, and PostgreSQL has none for texts of some kilobytes.
pub(super) const MAX_TOKEN_ID: usize = 255;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidToken {
    #[error("the access token is not a signed JWT")]
    Malformed,
    #[error("the access token is not signed with RS256")]
    Algorithm,
    #[error("the access token's typ is not that of an access token")]
    Type,
    #[error("the access token has critical header parameters that are not understood")]
    Critical,
    #[error("the access token names no key")]
    NoKeyId,
    #[error("the access token is signed with a key that the issuer does not publish")]
    UnknownKey,
    #[error("the access token's signature is wrong")]
    Signature,
    #[error("the access token's claims are incomplete or malformed")]
    Claims,
    #[error(
        "the access token's scope is a list; this bank reads one text with a space between scopes (RFC 9068, section 2.2.3)"
    )]
    ScopeList,
    #[error(
        "the access token has its scopes in scp, as those of Entra ID and Okta do; this bank reads scope, one text with a \
         space between scopes (RFC 9068, section 2.2.3)"
    )]
    Scp,
    #[error("the access token is from another issuer")]
    Issuer,
    #[error("the access token is for another audience")]
    Audience,
    #[error("the access token has expired")]
    Expired,
    #[error("the access token is not valid yet")]
    NotYetValid,
    #[error("the access token has no id (jti), so it cannot be spent")]
    NoTokenId,
    #[error("the access token's id (jti) has more than {MAX_TOKEN_ID} bytes, so it cannot be spent")]
    LongTokenId,
}

/// Why a request is not authorized. None of the messages holds anything of the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("send an access token in the Authorization header, as `Bearer <token>`")]
    MissingToken,
    #[error("send exactly one Authorization header")]
    RepeatedHeader,
    #[error("{0}")]
    Invalid(#[from] InvalidToken),
    #[error("the access token does not have the scope {}", needed.as_str())]
    InsufficientScope { needed: Scope },
    #[error("this takes a second factor, given at most {max_age} seconds ago")]
    InsufficientAuthentication { max_age: u64 },
    #[error("the issuer's keys cannot be had now, so the access token can be neither believed nor refused")]
    KeysUnavailable { retry_after: u64 },
}
