//! The kinds of problem.

use axum::http::StatusCode;

/// The kinds of problem. `type` is `urn:riser:problem:` and the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    MissingToken,
    InvalidToken,
    TokenSpent,
    InsufficientUserAuthentication,
    InsufficientScope,
    AuthorizationDetailsMismatch,
    AccountNotFound,
    TransferNotFound,
    MalformedRequest,
    RequestTimeout,
    RequestTooLarge,
    UnsupportedMediaType,
    MissingIdempotencyKey,
    IdempotencyKeyReused,
    IdempotencyKeyRetired,
    InsufficientFunds,
    UnknownPayee,
    PayeeIsPayer,
    WrongCurrency,
    InvalidAmount,
    InvalidIban,
    InvalidReference,
    TooManyRequests,
    KeysUnavailable,
    DatabaseUnavailable,
    TimedOut,
    NotFound,
    MethodNotAllowed,
    Internal,
}

impl Code {
    /// Code, status and title: these three always go together.
    #[rustfmt::skip]
    pub(super) const fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MissingToken => ("missing-token", StatusCode::UNAUTHORIZED, "An access token is needed"),
            Self::InvalidToken => ("invalid-token", StatusCode::UNAUTHORIZED, "The access token is not accepted"),
            Self::TokenSpent => ("token-spent", StatusCode::UNAUTHORIZED, "The access token was used before"),
            Self::InsufficientUserAuthentication => ("insufficient-user-authentication", StatusCode::UNAUTHORIZED, "A newer or stronger authentication is needed"),
            Self::InsufficientScope => ("insufficient-scope", StatusCode::FORBIDDEN, "The access token does not allow this"),
            Self::AuthorizationDetailsMismatch => ("authorization-details-mismatch", StatusCode::FORBIDDEN, "The access token is for another transfer"),
            Self::AccountNotFound => ("account-not-found", StatusCode::NOT_FOUND, "No account"),
            Self::TransferNotFound => ("transfer-not-found", StatusCode::NOT_FOUND, "No such transfer"),
            Self::MalformedRequest => ("malformed-request", StatusCode::BAD_REQUEST, "The request cannot be understood"),
            Self::RequestTimeout => ("request-timeout", StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time"),
            Self::RequestTooLarge => ("request-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::UnsupportedMediaType => ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The request is not JSON"),
            Self::MissingIdempotencyKey => ("missing-idempotency-key", StatusCode::BAD_REQUEST, "The transfer has no id"),
            Self::IdempotencyKeyReused => ("idempotency-key-reused", StatusCode::UNPROCESSABLE_ENTITY, "The id belongs to another transfer"),
            Self::IdempotencyKeyRetired => ("idempotency-key-retired", StatusCode::UNPROCESSABLE_ENTITY, "The id can no longer be used"),
            Self::InsufficientFunds => ("insufficient-funds", StatusCode::UNPROCESSABLE_ENTITY, "Not enough money on the account"),
            Self::UnknownPayee => ("unknown-payee", StatusCode::UNPROCESSABLE_ENTITY, "The payee has no account here"),
            Self::PayeeIsPayer => ("payee-is-payer", StatusCode::UNPROCESSABLE_ENTITY, "Payer and payee are the same"),
            Self::WrongCurrency => ("wrong-currency", StatusCode::UNPROCESSABLE_ENTITY, "The account is in another currency"),
            Self::InvalidAmount => ("invalid-amount", StatusCode::UNPROCESSABLE_ENTITY, "The amount is not possible"),
            Self::InvalidIban => ("invalid-iban", StatusCode::UNPROCESSABLE_ENTITY, "The IBAN is wrong"),
            Self::InvalidReference => ("invalid-reference", StatusCode::UNPROCESSABLE_ENTITY, "The reference is not possible"),
            Self::TooManyRequests => ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests in a short time"),
            Self::KeysUnavailable => ("keys-unavailable", StatusCode::SERVICE_UNAVAILABLE, "The access token cannot be checked now"),
            Self::DatabaseUnavailable => ("database-unavailable", StatusCode::SERVICE_UNAVAILABLE, "The books cannot be reached"),
            Self::TimedOut => ("timed-out", StatusCode::SERVICE_UNAVAILABLE, "The bank did not answer in time"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "Nothing here"),
            Self::MethodNotAllowed => ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Another method is needed"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "The bank made a mistake"),
        }
    }
}
