//! The kinds of problem.

use axum::http::StatusCode;

/// A kind of problem: the code (`type` is `urn:riser:problem:` and the code), the status and the title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub(super) &'static str, pub(super) StatusCode, pub(super) &'static str);

#[rustfmt::skip]
impl Code {
    pub(crate) const MISSING_TOKEN: Self = Self("missing-token", StatusCode::UNAUTHORIZED, "An access token is needed");
    pub(crate) const INVALID_TOKEN: Self = Self("invalid-token", StatusCode::UNAUTHORIZED, "The access token is not accepted");
    pub(crate) const TOKEN_SPENT: Self = Self("token-spent", StatusCode::UNAUTHORIZED, "The access token was used before");
    pub(crate) const INSUFFICIENT_USER_AUTHENTICATION: Self = Self("insufficient-user-authentication", StatusCode::UNAUTHORIZED, "A newer or stronger authentication is needed");
    pub(crate) const INSUFFICIENT_SCOPE: Self = Self("insufficient-scope", StatusCode::FORBIDDEN, "The access token does not allow this");
    pub(crate) const AUTHORIZATION_DETAILS_MISMATCH: Self = Self("authorization-details-mismatch", StatusCode::FORBIDDEN, "The access token is for another transfer");
    pub(crate) const ACCOUNT_NOT_FOUND: Self = Self("account-not-found", StatusCode::NOT_FOUND, "No account");
    pub(crate) const TRANSFER_NOT_FOUND: Self = Self("transfer-not-found", StatusCode::NOT_FOUND, "No such transfer");
    pub(crate) const MALFORMED_REQUEST: Self = Self("malformed-request", StatusCode::BAD_REQUEST, "The request cannot be understood");
    pub(crate) const REQUEST_TIMEOUT: Self = Self("request-timeout", StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time");
    pub(crate) const REQUEST_TOO_LARGE: Self = Self("request-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large");
    pub(crate) const UNSUPPORTED_MEDIA_TYPE: Self = Self("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The request is not JSON");
    pub(crate) const MISSING_IDEMPOTENCY_KEY: Self = Self("missing-idempotency-key", StatusCode::BAD_REQUEST, "The transfer has no id");
    pub(crate) const IDEMPOTENCY_KEY_REUSED: Self = Self("idempotency-key-reused", StatusCode::UNPROCESSABLE_ENTITY, "The id belongs to another transfer");
    pub(crate) const IDEMPOTENCY_KEY_RETIRED: Self = Self("idempotency-key-retired", StatusCode::UNPROCESSABLE_ENTITY, "The id can no longer be used");
    pub(crate) const INSUFFICIENT_FUNDS: Self = Self("insufficient-funds", StatusCode::UNPROCESSABLE_ENTITY, "Not enough money on the account");
    pub(crate) const UNKNOWN_PAYEE: Self = Self("unknown-payee", StatusCode::UNPROCESSABLE_ENTITY, "The payee has no account here");
    pub(crate) const PAYEE_IS_PAYER: Self = Self("payee-is-payer", StatusCode::UNPROCESSABLE_ENTITY, "Payer and payee are the same");
    pub(crate) const WRONG_CURRENCY: Self = Self("wrong-currency", StatusCode::UNPROCESSABLE_ENTITY, "The account is in another currency");
    pub(crate) const INVALID_AMOUNT: Self = Self("invalid-amount", StatusCode::UNPROCESSABLE_ENTITY, "The amount is not possible");
    pub(crate) const INVALID_IBAN: Self = Self("invalid-iban", StatusCode::UNPROCESSABLE_ENTITY, "The IBAN is wrong");
    pub(crate) const INVALID_REFERENCE: Self = Self("invalid-reference", StatusCode::UNPROCESSABLE_ENTITY, "The reference is not possible");
    pub(crate) const NAME_CHECK_CHANGED: Self = Self("name-check-changed", StatusCode::UNPROCESSABLE_ENTITY, "The name check has another result");
    pub(crate) const INVALID_NAME: Self = Self("invalid-name", StatusCode::UNPROCESSABLE_ENTITY, "The name is not possible");
    pub(crate) const TOO_MANY_PAYEES: Self = Self("too-many-payees", StatusCode::UNPROCESSABLE_ENTITY, "No more payees can be saved");
    pub(crate) const TOO_MANY_REQUESTS: Self = Self("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests in a short time");
    pub(crate) const KEYS_UNAVAILABLE: Self = Self("keys-unavailable", StatusCode::SERVICE_UNAVAILABLE, "The access token cannot be checked now");
    pub(crate) const DATABASE_UNAVAILABLE: Self = Self("database-unavailable", StatusCode::SERVICE_UNAVAILABLE, "The books cannot be reached");
    pub(crate) const TIMED_OUT: Self = Self("timed-out", StatusCode::SERVICE_UNAVAILABLE, "The bank did not answer in time");
    pub(crate) const NOT_FOUND: Self = Self("not-found", StatusCode::NOT_FOUND, "Nothing here");
    pub(crate) const METHOD_NOT_ALLOWED: Self = Self("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Another method is needed");
    pub(crate) const INTERNAL: Self = Self("internal", StatusCode::INTERNAL_SERVER_ERROR, "The bank made a mistake");
}
