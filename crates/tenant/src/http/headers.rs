//! Headers of every answer: what a page may load, that nothing personal is kept, that nobody frames it.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::origin_of;

/// Adds the strictest value of each header where an endpoint has not set its own.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let strictest = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, content_security_policy(None)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    for (name, value) in strictest {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// The policy of a page. Chromium applies `form-action` also to the redirects that follow a form, so a page whose form
/// leads back to a client names the origin of that client's redirect URI.
pub(crate) fn content_security_policy(redirect_uri: Option<&str>) -> HeaderValue {
    let client = redirect_uri.and_then(origin_of).map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         manifest-src 'self'; form-action 'self'{client}; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
