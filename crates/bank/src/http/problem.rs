//! Every error response: RFC 9457 problem details, with the challenges of RFC 6750 where a token is the matter.

mod code;
mod conversions;

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

pub(super) use code::Code;

/// The `Retry-After` when the bank or its database does not answer, in seconds.
pub(super) const RETRY_SECONDS: u64 = 5;

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
        Self::invalid_token(Code::TOKEN_SPENT, "the access token has already been used for another transfer")
    }

    /// A 401 that names the error. `detail` is one of our own sentences: nothing of the token, no quotes.
    pub(super) fn invalid_token(code: Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let parameters = format!(r#", error="invalid_token", error_description="{detail}""#);
        Self::new(code, detail).challenge(parameters)
    }

    /// `is_final`: the id is retired, which is in the database already.
    pub(super) fn transfer_not_found(is_final: bool) -> Self {
        let detail = if is_final {
            "no transfer of this account has this id, and none will have it"
        } else {
            "no transfer of this account has this id so far"
        };
        Self::new(Code::TRANSFER_NOT_FOUND, detail).with("final", json!(is_final))
    }

    /// A customer without an account.
    pub(super) fn account_not_found() -> Self {
        Self::new(Code::ACCOUNT_NOT_FOUND, "this customer has no account at this bank")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Code(code, status, title) = self.code;
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
