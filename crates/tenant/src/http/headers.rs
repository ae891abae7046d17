//! Headers of every answer: what a page may load, that nothing personal is kept, that nobody frames it.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::domain::app_scheme_of;

/// Adds the strictest value of each header where an endpoint has not set its own.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let strictest = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, content_security_policy(None)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let headers = response.headers_mut();
    for (name, value) in strictest {
        headers.entry(name).or_insert(value);
    }
    // For browsers that do not know `frame-ancestors`. It cannot name an origin, as an answer by message has to.
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    if policy.is_none_or(|policy| policy.contains("frame-ancestors 'none'")) {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

/// The policy of a page. Chromium applies `form-action` also to the redirects that follow a form, to the last of them. Where a
/// form leads back to a client, the client's own redirects follow, to places that only the client knows: so such a page names
/// every place on the web, and the scheme of a native app.
pub(crate) fn content_security_policy(redirect_uri: Option<&str>) -> HeaderValue {
    let client = redirect_uri.map(|uri| format!(" {}", anywhere_from(uri))).unwrap_or_default();
    policy(&format!("connect-src 'self'; manifest-src 'self'; form-action 'self'{client}"), "'none'")
}

/// The policy of the page whose form is the answer to a client, which may redirect on.
pub(crate) fn form_post_policy(redirect_uri: &str) -> HeaderValue {
    policy(&format!("form-action {}", anywhere_from(redirect_uri)), "'none'")
}

fn anywhere_from(redirect_uri: &str) -> String {
    let app = app_scheme_of(redirect_uri).map(|scheme| format!(" {scheme}:")).unwrap_or_default();
    format!("http: https:{app}")
}

/// The policy of the page that sends the answer as a message: pages of that origin may frame it, and no others.
pub(crate) fn web_message_policy(origin: &str) -> HeaderValue {
    policy("form-action 'none'", origin)
}

fn policy(actions: &str, ancestors: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; {actions}; base-uri 'none'; frame-ancestors {ancestors}"
    );
    // Where a page could be framed by whomever, it is shown to nobody.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    HeaderValue::try_from(policy).unwrap_or(nothing)
}
