//! How long things may take, so that a client that is slow, or a database, does not hold a request for ever.

use std::future::Future;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::{Code, Problem};

/// For a body to arrive, which is smaller than a page of text.
const BODY: Duration = Duration::from_secs(10);
/// For the whole answer: less than the 20 seconds after which people, and the client, do not wait any longer.
const ANSWER: Duration = Duration::from_secs(15);
/// What a client is told to wait, in seconds, before it asks again.
pub(super) const RETRY_AFTER: u64 = 5;

/// The body, or a problem that says that it did not come.
pub(super) async fn for_body<T>(reading: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(BODY, reading).await.map_err(|_| {
        let detail = format!("the body did not arrive within {} seconds; nothing was done", BODY.as_secs());
        Problem::new(Code::RequestTimeout, detail)
    })
}

/// Answers in time, whatever happens behind it. What was begun may still come to its end, so the answer does not say that
/// nothing happened.
pub(super) async fn for_answer(request: Request, next: Next) -> Response {
    tokio::time::timeout(ANSWER, next.run(request)).await.unwrap_or_else(|_| {
        let detail = "this took too long, and what was asked for may have been done or not: \
                      ask for the transfer, or send the same request again";
        Problem::new(Code::TimedOut, detail).retry_after(RETRY_AFTER).into_response()
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

    async fn answer_after(time: Duration) -> (Response, Duration) {
        let slow = move || async move { sleep(time).await };
        let router = Router::new().route("/", get(slow)).layer(from_fn(for_answer));
        let began = Instant::now();
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        (answer, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_answered_in_time_and_without_a_promise() {
        let (answer, elapsed) = answer_after(ANSWER * 100).await;
        assert_eq!((answer.status().as_u16(), elapsed), (503, ANSWER));
        assert_eq!(answer.headers()["retry-after"], "5");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["type"], "urn:riser:problem:timed-out");
        assert!(body["detail"].as_str().unwrap().contains("may have been done"), "{body}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_slow_but_in_time_is_answered() {
        let (answer, _) = answer_after(ANSWER / 2).await;
        assert_eq!(answer.status(), 200);
    }
}
