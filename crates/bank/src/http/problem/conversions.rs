//! The problems of the errors of other modules.

use serde_json::json;

use super::{Code, Problem, RETRY_SECONDS};
use crate::auth::{AuthError, DetailsMismatch, Scope};
use crate::http::rate_limiter::RateLimitExceeded;
use crate::ledger::{LedgerError, OrderRefusal};

/// What a client asks the issuer for, so that it demands a second factor.
const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let detail = error.to_string();
        match error {
            // RFC 6750, section 3.1: no error without credentials.
            AuthError::MissingToken => Self::new(Code::MISSING_TOKEN, detail).challenge(""),
            AuthError::RepeatedHeader => {
                Self::new(Code::MALFORMED_REQUEST, detail).challenge(r#", error="invalid_request""#)
            }
            AuthError::Invalid(_) => Self::invalid_token(Code::INVALID_TOKEN, detail),
            AuthError::InsufficientScope { needed } => {
                let scope = needed.as_str();
                let parameters = format!(r#", error="insufficient_scope", scope="{scope}""#);
                Self::new(Code::INSUFFICIENT_SCOPE, detail).with("scope", json!(scope)).challenge(parameters)
            }
            // RFC 9470, section 3.
            AuthError::InsufficientAuthentication { max_age } => {
                let parameters = format!(
                    r#", error="insufficient_user_authentication", error_description="{detail}", acr_values="{MULTI_FACTOR}", max_age="{max_age}""#
                );
                Self::new(Code::INSUFFICIENT_USER_AUTHENTICATION, detail).challenge(parameters)
            }
            AuthError::KeysUnavailable { retry_after } => {
                Self::new(Code::KEYS_UNAVAILABLE, detail).retry_after(retry_after)
            }
        }
    }
}

impl From<RateLimitExceeded> for Problem {
    fn from(RateLimitExceeded { kind, retry_after }: RateLimitExceeded) -> Self {
        let detail = format!(
            "this customer has sent many {kind} in a short time, and this one was not looked at; \
             send it again in {retry_after} seconds"
        );
        Self::new(Code::TOO_MANY_REQUESTS, detail).retry_after(retry_after)
    }
}

impl From<DetailsMismatch> for Problem {
    /// A challenge for the scope that the token has, which a client recognizes as final.
    fn from(mismatch: DetailsMismatch) -> Self {
        let (detail, scope) = (mismatch.to_string(), Scope::TransferFunds.as_str());
        let parameters =
            format!(r#", error="insufficient_scope", error_description="{detail}", scope="{scope}""#);
        Self::new(Code::AUTHORIZATION_DETAILS_MISMATCH, detail).challenge(parameters)
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the ledger did not answer");
        let kind = match () {
            () if error.is_unavailable() => "away",
            () if error.is_lock_timeout() => "locked",
            () => "other",
        };
        metrics::counter!("bank_database_errors_total", "kind" => kind).increment(1);
        if error.is_unavailable() || error.is_lock_timeout() {
            let detail = "the database does not answer, and what was asked for may have been done or not: \
                          ask for the transfer, or send the same request again";
            return Self::new(Code::DATABASE_UNAVAILABLE, detail).retry_after(RETRY_SECONDS);
        }
        Self::new(Code::INTERNAL, "the bank made a mistake; ask for the transfer before you send it again")
    }
}

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        match refusal {
            OrderRefusal::AccountNotFound => Self::account_not_found(),
            OrderRefusal::InvalidIban { reason } => Self::new(Code::INVALID_IBAN, reason),
            OrderRefusal::InvalidAmount => Self::new(
                Code::INVALID_AMOUNT,
                "the amount must be at least 1 and at most 9007199254740991 minor units",
            ),
            OrderRefusal::InvalidReference { reason } => Self::new(Code::INVALID_REFERENCE, reason),
            OrderRefusal::WrongCurrency { expected } => {
                let detail =
                    format!("from this account only {expected} can be sent, to an account in {expected}");
                Self::new(Code::WRONG_CURRENCY, detail).with("expected", json!(expected))
            }
            OrderRefusal::PayeeIsPayer => Self::new(
                Code::PAYEE_IS_PAYER,
                "the payee's IBAN is that of the paying account; choose another",
            ),
            OrderRefusal::UnknownPayee => {
                Self::new(Code::UNKNOWN_PAYEE, "no account at this bank has the payee's IBAN")
            }
            OrderRefusal::InvalidName => Self::new(
                Code::INVALID_NAME,
                "the payee's name has 1 to 70 characters, all of them visible, no line breaks, and no blanks at its ends",
            ),
            OrderRefusal::NameCheckChanged { name_check } => Self::new(
                Code::NAME_CHECK_CHANGED,
                "the name check has another result than the one that was confirmed; check the name again",
            )
            .with("name_check", json!(name_check)),
            OrderRefusal::InsufficientFunds { balance } => {
                Self::new(Code::INSUFFICIENT_FUNDS, "the amount is more than what is on the account")
                    .with("balance", json!(balance))
            }
        }
    }
}
