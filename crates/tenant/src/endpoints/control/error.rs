//! What is wrong with a call, as a test reads it.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub(super) struct ControlError {
    status: StatusCode,
    code: &'static str,
    description: String,
}

impl ControlError {
    /// A value that cannot be taken.
    pub(super) fn invalid(description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid_request", description: description.into() }
    }

    pub(super) fn not_found(description: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "not_found", description: description.into() }
    }

    pub(super) fn conflict(description: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, code: "conflict", description: description.into() }
    }
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self { status: rejection.status(), code: "invalid_request", description: rejection.body_text() }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        (self.status, Json(body)).into_response()
    }
}
