//! HTTP: sends what the core asks for, and says what came back.

use gloo_net::http::{RequestBuilder, Response};
use stepup::{
    effect::{Method, Request},
    event::{Answer, NetworkError},
};
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestRedirect};

/// How long an answer may take, in milliseconds: a bank's slowest honest answer, and no longer than a person waits.
const PATIENCE: u32 = 20_000;

/// Sends a request. A token in it is gone with it.
pub(super) async fn send(request: Request) -> Result<Answer, NetworkError> {
    let response = prepare(request)?.send().await.map_err(network_error)?;
    read(response).await
}

fn prepare(request: Request) -> Result<gloo_net::http::Request, NetworkError> {
    let Request { method, url, authorization, idempotency_key, body } = request;
    let method = match method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
    };
    // No cookies, no cache. A request that carries a token goes where it was sent, or nowhere.
    let redirect = if authorization.is_some() { RequestRedirect::Error } else { RequestRedirect::Follow };
    let mut builder = RequestBuilder::new(url.as_str())
        .method(method)
        .header("Accept", "application/json")
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .redirect(redirect)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    if let Some(bearer) = authorization {
        builder = builder.header("Authorization", &bearer.into_header());
    }
    if let Some(key) = idempotency_key {
        builder = builder.header("Idempotency-Key", &key);
    }
    match body {
        Some(body) => builder.header("Content-Type", "application/json").body(body),
        None => builder.build(),
    }
    .map_err(network_error)
}

async fn read(response: Response) -> Result<Answer, NetworkError> {
    let headers = response.headers();
    Ok(Answer {
        status: response.status(),
        www_authenticate: headers.get("WWW-Authenticate"),
        replayed: headers.get("Idempotency-Replayed").is_some_and(|value| value == "true"),
        body: response.text().await.map_err(network_error)?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is the closure of `map_err`")]
fn network_error(error: gloo_net::Error) -> NetworkError {
    match &error {
        gloo_net::Error::JsError(js) if js.name == "TimeoutError" => NetworkError::TimedOut,
        other => NetworkError::Unreachable(other.to_string()),
    }
}
