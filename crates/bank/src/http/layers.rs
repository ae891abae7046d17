//! The middleware of all routes: CORS, headers against caching and sniffing, one log line each, a response after a panic.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;
use tracing::Instrument;
use tracing::field::Empty;
use uuid::Uuid;

use super::json_body::MAX_BODY_BYTES;
use super::problem::{Code, Problem};
use super::timeouts::limit_response_time;

/// The client's id of a transfer.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on a response that was given before.
pub(super) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Finds a response's line in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PREFLIGHT_LIFETIME: Duration = Duration::from_mins(10);

pub(super) fn add_layers(router: Router, allowed_origins: &[HeaderValue]) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(allowed_origins.to_vec())
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, IDEMPOTENCY_KEY])
        // Without this a browser hides why the API refused, and where the step-up should go.
        .expose_headers([WWW_AUTHENTICATE, IDEMPOTENCY_REPLAYED, RETRY_AFTER])
        .max_age(PREFLIGHT_LIFETIME);
    // From the outside in. One layer of many costs a request less than many layers.
    router.layer((
        from_fn(log_and_label),
        cors,
        // Outside of the next two, so that their responses are counted.
        from_fn(http_server::record_request),
        CatchPanicLayer::custom(panic_response),
        from_fn(limit_response_time),
        DefaultBodyLimit::max(MAX_BODY_BYTES),
    ))
}

/// Logs method, path, status, the code of a problem and the customer's `sub`: never a token, a query or a body.
async fn log_and_label(request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let span = tracing::info_span!(
        "request",
        id = %id,
        method = %request.method(),
        path = request.uri().path(),
        sub = Empty,
        problem = Empty,
    );
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, elapsed) = (response.status().as_u16(), began.elapsed());
    span.in_scope(|| tracing::info!(status, ?elapsed, "answered"));

    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

fn panic_response(_: Box<dyn Any + Send>) -> Response {
    // The panic hook has written what happened, and where.
    Problem::new(Code::INTERNAL, "the bank made a mistake; nothing is known to have been done")
        .into_response()
}
