//! Timeouts, so that neither a slow client nor a slow database holds a request for ever.

use std::future::Future;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::{Code, Problem, RETRY_SECONDS};

/// A body is smaller than a page of text.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Less than the 20 seconds that the client waits.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(15);

pub(super) async fn with_body_timeout<T>(reading: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(BODY_TIMEOUT, reading).await.map_err(|_| {
        let detail =
            format!("the body did not arrive within {} seconds; nothing was done", BODY_TIMEOUT.as_secs());
        Problem::new(Code::REQUEST_TIMEOUT, detail)
    })
}

/// Responds in time, whatever happens behind it. What was begun may still be completed, so the response does not say that
/// nothing happened.
pub(super) async fn limit_response_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(RESPONSE_TIMEOUT, next.run(request)).await.unwrap_or_else(|_| {
        let detail = "this took too long, and what was asked for may have been done or not: \
                      ask for the transfer, or send the same request again";
        Problem::new(Code::TIMED_OUT, detail).retry_after(RETRY_SECONDS).into_response()
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tokio::time::{Instant, sleep};
    use tower::ServiceExt as _;

    use super::*;

    async fn response_after(time: Duration) -> (Response, Duration) {
        let slow = move || async move { sleep(time).await };
        let router = Router::new().route("/", get(slow)).layer(from_fn(limit_response_time));
        let began = Instant::now();
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        (answer, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn slow_handler_times_out_without_promise() {
        let (answer, elapsed) = response_after(RESPONSE_TIMEOUT * 100).await;
        assert_eq!((answer.status().as_u16(), elapsed), (503, RESPONSE_TIMEOUT));
        assert_eq!(answer.headers()["retry-after"], "5");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["type"], "urn:riser:problem:timed-out");
        assert!(body["detail"].as_str().unwrap().contains("may have been done"), "{body}");
    }

    #[tokio::test(start_paused = true)]
    async fn handler_within_limit_is_not_interrupted() {
        let (answer, _) = response_after(RESPONSE_TIMEOUT / 2).await;
        assert_eq!(answer.status(), 200);
    }
}
