//! The answer to what is refused (RFC 6749, 5.2).

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::log::{Event, Trace};

#[derive(Debug, PartialEq, Eq)]
pub(in crate::endpoints) struct OAuthError {
    code: &'static str,
    description: Cow<'static, str>,
}

pub(in crate::endpoints) const fn error(code: &'static str, description: &'static str) -> OAuthError {
    OAuthError { code, description: Cow::Borrowed(description) }
}

impl OAuthError {
    pub(in crate::endpoints) fn new(code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
    }

    /// Records it, and tells the client.
    pub(in crate::endpoints) fn answer(&self, headers: &HeaderMap, trace: &Trace) -> Response {
        let Self { code, description } = self;
        tracing::info!(error = code, %description, "token: refused");
        trace.record(Event::TokenRefused { error: (*code).to_owned(), description: description.to_string() });
        let body = Json(json!({ "error": code, "error_description": description }));
        let status = self.status();
        // RFC 6749, 5.2: in the scheme that the client has tried.
        let tried = status == StatusCode::UNAUTHORIZED && headers.contains_key(header::AUTHORIZATION);
        let challenge = tried.then_some([(header::WWW_AUTHENTICATE, "Basic realm=\"clients\"")]);
        (status, challenge, body).into_response()
    }

    /// Those with 403 are Auth0's own: RFC 6749 does not know them.
    fn status(&self) -> StatusCode {
        match self.code {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "access_denied" | "unauthorized" | "mfa_required" | "interaction_required" => {
                StatusCode::FORBIDDEN
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
