//! Pages as responses: their status, and what they may load.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::domain::LogInError;
use crate::http;
use crate::mfa::CodeError;

/// The status of a page, and after how many seconds it makes sense to try again (RFC 9110, 10.2.3).
pub(super) type PageStatus = (StatusCode, Option<u64>);

pub(super) const fn log_in_status(error: Option<LogInError>) -> PageStatus {
    match error {
        None => (StatusCode::OK, None),
        Some(LogInError::TooMany { wait } | LogInError::TooManyOfPeer { wait }) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait))
        }
        Some(LogInError::Incomplete | LogInError::Wrong | LogInError::SomebodyElse) => {
            (StatusCode::BAD_REQUEST, None)
        }
    }
}

pub(super) const fn code_status(error: Option<CodeError>) -> PageStatus {
    match error {
        None => (StatusCode::OK, None),
        Some(CodeError::TooMany { wait }) => (StatusCode::TOO_MANY_REQUESTS, Some(wait)),
        Some(_) => (StatusCode::BAD_REQUEST, None),
    }
}

pub(super) fn refusing(
    (status, retry_after): PageStatus,
    page: &impl Template,
    redirect_uri: Option<&str>,
) -> Response {
    let later = retry_after.map(|wait| [(header::RETRY_AFTER, wait.to_string())]);
    (later, respond(status, page, redirect_uri)).into_response()
}

pub(crate) fn respond(status: StatusCode, page: &impl Template, redirect_uri: Option<&str>) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, http::content_security_policy(redirect_uri))];
    match page.render() {
        Ok(html) => (status, policy, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
