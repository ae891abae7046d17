//! What makes the phone's pages an app that can be installed: its manifest, and a service worker that knows one page, which
//! says that there is no connection.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};

use crate::pages;

/// <https://www.w3.org/TR/appmanifest/>
pub(super) async fn manifest() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "public, max-age=60")];
    (headers, include_str!("../assets/phone.webmanifest")).into_response()
}

/// Its scope is wider than its folder: `/phone` itself.
pub(super) async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("service-worker-allowed"), "/phone"),
    ];
    (headers, include_str!("../assets/worker.js")).into_response()
}

pub(super) async fn offline() -> Response {
    pages::offline()
}
