//! Which answers scripts of other origins may read: those without cookies, for anyone.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// Readable by everybody, and kept for a minute: long enough for a busy page, short enough for a new key.
pub(crate) const fn public() -> [(HeaderName, &'static str); 2] {
    [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CACHE_CONTROL, "public, max-age=60")]
}

/// The answer to a browser that asks first.
pub(crate) async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
