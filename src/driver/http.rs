//! HTTP: sends what the core asks for, and says what came back.

use std::time::Duration;

use super::{clock, head_start};
use gloo_net::http::{RequestBuilder, Response};
use stepup::{
    domain::Bearer,
    http::{Body, Caching, HttpRequest, HttpResponse, Method, NetworkError},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestRedirect};

/// A bank's slowest honest answer, and no longer than a person waits.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Sends a request, unless the page has sent it already. A token in it is gone with it.
pub(super) async fn send(mut request: HttpRequest) -> Result<HttpResponse, NetworkError> {
    let authorization = request.authorization.take().map(Bearer::into_header);
    let is_plain = request.method == Method::Get
        && request.idempotency_key.is_none()
        && request.body.is_none()
        && request.caching != Caching::Renewed;
    if is_plain
        && let Some(answer) =
            head_start::take(request.url.as_str(), authorization.as_deref().unwrap_or_default())
    {
        match JsFuture::from(answer).await {
            // An answer that breaks off is asked for again below.
            Ok(response) => {
                if let Ok(answer) = read(response.unchecked_into::<web_sys::Response>().into()).await {
                    return Ok(answer);
                }
            }
            Err(error) if is_time_out(&String::from(error.unchecked_ref::<js_sys::Error>().name())) => {
                return Err(NetworkError::TimedOut);
            }
            // Nothing came: asking again is as good as asking for the first time.
            Err(_) => {}
        }
    }
    read(prepare(request, authorization)?.send().await.map_err(network_error)?).await
}

/// Ends what takes longer than a request may.
pub(super) fn time_limit() -> AbortSignal {
    AbortSignal::timeout_with_f64(REQUEST_TIMEOUT.as_secs_f64() * 1000.0)
}

fn prepare(
    request: HttpRequest,
    authorization: Option<String>,
) -> Result<gloo_net::http::Request, NetworkError> {
    let HttpRequest { method, url, idempotency_key, body, caching, .. } = request;
    let method = match method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
        Method::Put => gloo_net::http::Method::PUT,
        Method::Delete => gloo_net::http::Method::DELETE,
    };
    let cache = match caching {
        Caching::Never => RequestCache::NoStore,
        Caching::Allowed => RequestCache::Default,
        Caching::Renewed => RequestCache::Reload,
    };
    // No cookies. A request that carries a token, a code or an order goes where it was sent, or nowhere.
    let carries = authorization.is_some() || body.is_some();
    let redirect = if carries { RequestRedirect::Error } else { RequestRedirect::Follow };
    let mut builder = RequestBuilder::new(url.as_str())
        .method(method)
        .header("Accept", "application/json")
        .credentials(RequestCredentials::Omit)
        .cache(cache)
        .redirect(redirect)
        .abort_signal(Some(&time_limit()));
    if let Some(authorization) = authorization {
        builder = builder.header("Authorization", &authorization);
    }
    if let Some(key) = idempotency_key {
        builder = builder.header("Idempotency-Key", &key);
    }
    let (kind, text) = match body {
        None => return builder.build().map_err(network_error),
        Some(Body::Json(text)) => ("application/json", text),
        Some(Body::Form(form)) => ("application/x-www-form-urlencoded", form.into_text()),
    };
    builder.header("Content-Type", kind).body(text).map_err(network_error)
}

async fn read(response: Response) -> Result<HttpResponse, NetworkError> {
    let headers = response.headers();
    Ok(HttpResponse {
        status: response.status(),
        www_authenticate: headers.get("WWW-Authenticate"),
        replayed: headers.get("Idempotency-Replayed").is_some_and(|value| value == "true"),
        retry_after: headers.get("Retry-After").and_then(|value| clock::seconds_until(&value)),
        body: response.text().await.map_err(network_error)?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is the closure of `map_err`")]
fn network_error(error: gloo_net::Error) -> NetworkError {
    match &error {
        gloo_net::Error::JsError(js) if is_time_out(&js.name) => NetworkError::TimedOut,
        other => NetworkError::Unreachable(other.to_string()),
    }
}

/// The second is what `index.html` gives browsers that lack `AbortSignal.timeout`. Nothing else aborts a request.
fn is_time_out(name: &str) -> bool {
    matches!(name, "TimeoutError" | "AbortError")
}
