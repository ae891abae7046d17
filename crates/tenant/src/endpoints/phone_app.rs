//! What makes the phone's pages an app that can be installed: its manifest, and a service worker that knows one page, which
//! says that there is no connection.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};

use serde_json::json;

use crate::page_context::{self, t};
use crate::pages;

/// <https://www.w3.org/TR/appmanifest/>
pub(super) async fn manifest() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "private, max-age=60")];
    let (brand, language) = (page_context::brand(), page_context::language());
    let icon = |source: &str, sizes: &str, kind: &str, purpose: &str| json!({ "src": source, "sizes": sizes, "type": kind, "purpose": purpose });
    let manifest = json!({
        "name": t("phone.app").with("bank", &brand.name).to_string(),
        "short_name": brand.name,
        "description": t("phone.about").to_string(),
        "lang": language.tag,
        "dir": if language.is_right_to_left() { "rtl" } else { "ltr" },
        "id": "/phone",
        "start_url": "/phone",
        "scope": "/phone",
        "display": "standalone",
        "background_color": "#f6f7f5",
        "theme_color": brand.accent.as_deref().unwrap_or("#0a5f66"),
        "icons": [
            icon("/assets/icon.svg", "any", "image/svg+xml", "any"),
            icon("/assets/icon.svg", "any", "image/svg+xml", "maskable"),
            icon("/assets/icon-192.png", "192x192", "image/png", "any"),
            icon("/assets/icon-512.png", "512x512", "image/png", "any"),
        ],
    });
    (headers, manifest.to_string()).into_response()
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
