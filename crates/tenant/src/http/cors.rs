//! Which answers scripts of other origins may read: what is public anyone's, the rest those of registered origins. None
//! of them looks at a cookie.

use axum::extract;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::state::{AppState, Shared};

/// Readable by everybody, and kept for a minute: long enough for a busy page, short enough for a new key.
pub(crate) const fn public() -> [(HeaderName, &'static str); 2] {
    [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CACHE_CONTROL, "public, max-age=60")]
}

pub(crate) fn for_web_origins(state: &AppState, headers: &HeaderMap) -> HeaderMap {
    let mut answer = HeaderMap::new();
    answer.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = headers.get(header::ORIGIN)
        && origin
            .to_str()
            .is_ok_and(|origin| state.clients.values().any(|client| client.is_web_origin(origin)))
    {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    answer
}

/// The answer to a browser that asks first, where everybody may read the answer.
pub(crate) async fn preflight() -> Response {
    let anyone = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (StatusCode::NO_CONTENT, anyone, permitted()).into_response()
}

/// The same, where only a registered origin may.
pub(crate) async fn preflight_of_web_origins(extract::State(state): Shared, headers: HeaderMap) -> Response {
    (StatusCode::NO_CONTENT, for_web_origins(&state, &headers), permitted()).into_response()
}

/// `Auth0-Client` is what Auth0's libraries say about themselves.
const fn permitted() -> [(HeaderName, &'static str); 3] {
    [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Auth0-Client"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ]
}
