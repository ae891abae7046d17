//! Responses that several endpoints give.

use crate::TestError;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Readable by scripts of every origin.
pub(super) fn readable(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The answer to a browser that asks first.
pub(super) async fn preflight() -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type"),
    );
    readable((StatusCode::NO_CONTENT, headers))
}

/// The provider itself is broken, which no test asked for.
pub(super) fn broken(error: &TestError) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("the provider of the test is broken: {error}"))
        .into_response()
}
