//! A program of its own behind the recorder: each request goes on to it as it came, and its answer comes back as it is.

use crate::TestError;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use reqwest::{Client, redirect};

/// What is about a connection, and not about the message (RFC 9110, 7.6.1).
const OF_A_CONNECTION: [HeaderName; 5] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::UPGRADE, header::TE];

const MAX_BODY_LENGTH: usize = 4 * 1024 * 1024;

#[derive(Clone)]
struct Target {
    client: Client,
    origin: String,
}

/// Everything for the server at `origin`, which sees the address that the browser asked (`Host`).
pub fn proxy_to(origin: &str) -> Result<Router, TestError> {
    // A connection for each request: none that the program has given up meanwhile.
    let client =
        Client::builder().redirect(redirect::Policy::none()).no_proxy().pool_max_idle_per_host(0).build()?;
    let target = Target { client, origin: origin.replace("//localhost:", "//127.0.0.1:") };
    Ok(Router::new().fallback(pass_on).with_state(target))
}

async fn pass_on(State(target): State<Target>, request: Request) -> Response {
    match answer_of(&target, request).await {
        Ok(response) => response,
        Err(error) => {
            (StatusCode::BAD_GATEWAY, format!("the program does not answer: {error}")).into_response()
        }
    }
}

async fn answer_of(target: &Target, request: Request) -> Result<Response, TestError> {
    let (parts, body) = request.into_parts();
    let body =
        to_bytes(body, MAX_BODY_LENGTH).await.map_err(|error| TestError::permanent(error.to_string()))?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = target.client.request(parts.method, format!("{}{path}", target.origin));
    request = request.headers(of_the_message(&parts.headers));
    if !body.is_empty() {
        request = request.body(body);
    }
    let answer = request.send().await?;
    let (status, headers) = (answer.status(), of_the_message(answer.headers()));
    let mut response = Response::new(Body::from(answer.bytes().await?));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn of_the_message(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
    headers
}
