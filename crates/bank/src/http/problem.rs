//! Every error answer: RFC 9457 problem details, with the challenges of RFC 6750 where a token is the matter.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::deadline;
use super::rate::TooMany;
use crate::ledger::{LedgerError, Refusal};
use crate::token::{Mismatch, Scope, TokenError};

/// What a client asks the issuer for, to have a second factor demanded.
const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// The kinds of problem. `type` is `urn:riser:problem:` and the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
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
    const fn parts(self) -> (&'static str, StatusCode, &'static str) {
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

/// An error answer.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    detail: String,
    /// Members beyond those of RFC 9457.
    members: Map<String, Value>,
    /// The parameters of the `Bearer` challenge (RFC 6750, section 3) after `realm`.
    challenge: Option<String>,
    /// Seconds.
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with a sentence that says what was wrong and what would be right.
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { code, detail, members: Map::new(), challenge: None, retry_after: None }
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    fn challenge(mut self, parameters: impl Into<String>) -> Self {
        self.challenge = Some(parameters.into());
        self
    }

    /// With the time, in seconds, after which it makes sense to ask again.
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A token that decided another order before.
    pub(super) fn token_spent() -> Self {
        Self::invalid_token(Code::TokenSpent, "the access token has already been used for another transfer")
    }

    /// A 401 that names the error. `detail` is one of our own sentences: nothing of the token, no quotes.
    pub(super) fn invalid_token(code: Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let parameters = format!(r#", error="invalid_token", error_description="{detail}""#);
        Self::new(code, detail).challenge(parameters)
    }

    /// None was made with this id. `is_final`: and none will be, which is in the books before it is told.
    pub(super) fn transfer_not_found(is_final: bool) -> Self {
        let detail = if is_final {
            "no transfer of this account has this id, and none will have it"
        } else {
            "no transfer of this account has this id so far"
        };
        Self::new(Code::TransferNotFound, detail).with("final", json!(is_final))
    }

    /// A customer without an account.
    pub(super) fn account_not_found() -> Self {
        Self::new(Code::AccountNotFound, "this customer has no account at this bank")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (code, status, title) = self.code.parts();
        tracing::Span::current().record("problem", code);
        let mut body = Map::from_iter([
            ("type".to_owned(), json!(format!("urn:riser:problem:{code}"))),
            ("title".to_owned(), json!(title)),
            ("status".to_owned(), json!(status.as_u16())),
            ("detail".to_owned(), json!(self.detail)),
        ]);
        body.extend(self.members);
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(parameters) = self.challenge
            && let Ok(challenge) = HeaderValue::try_from(format!(r#"Bearer realm="bank"{parameters}"#))
        {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let detail = error.to_string();
        match error {
            // RFC 6750, section 3.1: who sent no credentials is told no error.
            TokenError::Missing => Self::new(Code::MissingToken, detail).challenge(""),
            TokenError::Repeated => {
                Self::new(Code::MalformedRequest, detail).challenge(r#", error="invalid_request""#)
            }
            TokenError::Refused(_) => Self::invalid_token(Code::InvalidToken, detail),
            TokenError::InsufficientScope { needed } => {
                let scope = needed.as_str();
                let parameters = format!(r#", error="insufficient_scope", scope="{scope}""#);
                Self::new(Code::InsufficientScope, detail).with("scope", json!(scope)).challenge(parameters)
            }
            // RFC 9470, section 3.
            TokenError::InsufficientAuthentication { max_age } => {
                let parameters = format!(
                    r#", error="insufficient_user_authentication", error_description="{detail}", acr_values="{MULTI_FACTOR}", max_age="{max_age}""#
                );
                Self::new(Code::InsufficientUserAuthentication, detail).challenge(parameters)
            }
            TokenError::KeysUnavailable { retry_after } => {
                Self::new(Code::KeysUnavailable, detail).retry_after(retry_after)
            }
        }
    }
}

impl From<TooMany> for Problem {
    fn from(TooMany { kind, retry_after }: TooMany) -> Self {
        let detail = format!(
            "this customer has sent many {kind} in a short time, and this one was not looked at; \
             send it again in {retry_after} seconds"
        );
        Self::new(Code::TooManyRequests, detail).retry_after(retry_after)
    }
}

impl From<Mismatch> for Problem {
    /// A challenge for the scope that the token has: more of it is not to be had, so that a client knows this as final.
    fn from(mismatch: Mismatch) -> Self {
        let (detail, scope) = (mismatch.to_string(), Scope::TransferFunds.as_str());
        let parameters =
            format!(r#", error="insufficient_scope", error_description="{detail}", scope="{scope}""#);
        Self::new(Code::AuthorizationDetailsMismatch, detail).challenge(parameters)
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the books did not answer");
        let kind = match () {
            () if error.is_away() => "away",
            () if error.is_locked_out() => "locked",
            () => "other",
        };
        metrics::counter!("bank_database_errors_total", "kind" => kind).increment(1);
        if error.is_away() || error.is_locked_out() {
            let detail = "the database does not answer, and what was asked for may have been done or not: \
                          ask for the transfer, or send the same request again";
            return Self::new(Code::DatabaseUnavailable, detail).retry_after(deadline::RETRY_AFTER);
        }
        Self::new(Code::Internal, "the bank made a mistake; ask for the transfer before you send it again")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::AccountNotFound => Self::account_not_found(),
            Refusal::InvalidIban { reason } => Self::new(Code::InvalidIban, reason),
            Refusal::InvalidAmount => Self::new(
                Code::InvalidAmount,
                "the amount must be at least 1 and at most 9007199254740991 minor units",
            ),
            Refusal::InvalidReference { reason } => Self::new(Code::InvalidReference, reason),
            Refusal::WrongCurrency { expected } => {
                let detail =
                    format!("from this account only {expected} can be sent, to an account in {expected}");
                Self::new(Code::WrongCurrency, detail).with("expected", json!(expected))
            }
            Refusal::PayeeIsPayer => Self::new(
                Code::PayeeIsPayer,
                "the payee's IBAN is that of the paying account; choose another",
            ),
            Refusal::UnknownPayee => {
                Self::new(Code::UnknownPayee, "no account at this bank has the payee's IBAN")
            }
            Refusal::InsufficientFunds { balance } => {
                Self::new(Code::InsufficientFunds, "the amount is more than what is on the account")
                    .with("balance", json!(balance))
            }
        }
    }
}
