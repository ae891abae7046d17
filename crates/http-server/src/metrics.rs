//! Metrics in Prometheus' text format, at an address of their own: they tell too much of a bank for the public one.
//!
//! A program that was not asked for metrics has no recorder, and what is counted costs it next to nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{Limits, Listener, serve};

/// Upper limits, in seconds: from an answer out of memory to the longest that anybody waits.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];
const DURATION: &str = "http_request_duration_seconds";
/// How often the exporter tidies up what nobody has asked for.
const UPKEEP_PERIOD: Duration = Duration::from_secs(5);

/// The process has one recorder.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to count, and serves what was counted at `/metrics` of this address, for as long as the program runs. Gives the
/// address that it listens at.
pub async fn serve_metrics(address: SocketAddr) -> io::Result<SocketAddr> {
    let listener = Listener::bind(address).await?;
    let address = listener.local_addr()?;
    let handle = install().map_err(io::Error::other)?;
    tokio::spawn(async move {
        let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
        let router = Router::new().route("/metrics", get(async move || (text, handle.render())));
        let served = serve(listener, router, Limits::default(), upkeep(handle), Duration::ZERO).await;
        if let Err(error) = served {
            tracing::error!(%error, "metrics are not served any more");
        }
    });
    Ok(address)
}

fn install() -> Result<&'static PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    if let Some(handle) = RECORDER.get() {
        return Ok(handle);
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)?
        .install_recorder()?;
    Ok(RECORDER.get_or_init(|| handle))
}

/// Without end.
async fn upkeep(handle: &PrometheusHandle) {
    let mut period = tokio::time::interval(UPKEEP_PERIOD);
    loop {
        period.tick().await;
        handle.run_upkeep();
    }
}

/// Counts requests by method, route and status, as a middleware (`axum::middleware::from_fn`). A route is a pattern, as in
/// `/transfers/{id}`: no id and no name becomes a label.
pub async fn record_request(request: Request, next: Next) -> Response {
    if RECORDER.get().is_none() {
        return next.run(request).await;
    }
    let method = method_label(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!(DURATION, "method" => method, "route" => route).record(began.elapsed());
    response.into_response()
}

/// A client can make methods up, and each would be a time series.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
