//! An API for a client to call: it answers what the script says, and remembers which token it was shown.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http_server::Listener;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::script::{ApiAnswer, ApiScript};

/// A running API. Ends when it is dropped.
pub(crate) struct RecordingApi {
    state: Arc<ApiState>,
    task: JoinHandle<std::io::Result<()>>,
}

struct ApiState {
    answers: Vec<ApiAnswer>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Tokens of calls before this phase: another that comes was issued in it.
    old: BTreeSet<String>,
    /// Calls that were answered as the script says, each with its token.
    calls: Vec<(String, String)>,
}

impl ApiState {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordingApi {
    pub(crate) async fn serve(script: &ApiScript) -> std::io::Result<Self> {
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, script.port))).await?;
        let state = Arc::new(ApiState { answers: script.answers.clone(), seen: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let limits = http_server::Limits::default();
        let task = tokio::spawn(async move {
            http_server::serve(listener, router, limits, std::future::pending(), http_server::GRACE).await
        });
        Ok(Self { state, task })
    }

    /// From now on only calls with tokens count that have not been seen yet.
    pub(crate) fn begin_phase(&self) {
        let mut seen = self.state.seen();
        let tokens: Vec<String> = seen.calls.drain(..).map(|(_, token)| token).collect();
        seen.old.extend(tokens);
    }

    pub(crate) fn has_seen(&self, call: &str) -> bool {
        let seen = self.state.seen();
        seen.calls.iter().any(|(made, token)| made == call && !seen.old.contains(token))
    }
}

impl Drop for RecordingApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Any page may ask: what it gets is the script's.
async fn answer(State(state): State<Arc<ApiState>>, request: Request) -> Response {
    let cors = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, idempotency-key, x-request-id"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "www-authenticate"),
    ];
    let answered = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let call = format!("{} {}", request.method(), request.uri().path());
        respond(&state, call, request.headers())
    };
    (cors, answered).into_response()
}

fn respond(state: &ApiState, call: String, headers: &HeaderMap) -> Response {
    let Some(answer) = state.answers.iter().find(|answer| answer.call == call) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let challenge =
        |status: StatusCode, value: String| (status, [(header::WWW_AUTHENTICATE, value)]).into_response();
    let Some(token) = bearer(headers) else {
        return challenge(StatusCode::UNAUTHORIZED, "Bearer".to_owned());
    };
    if let Some(scope) = &answer.scope
        && !scopes_of(token).split(' ').any(|granted| granted == scope)
    {
        let value = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        return challenge(StatusCode::FORBIDDEN, value);
    }
    state.seen().calls.push((call, token.to_owned()));
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    match &answer.body {
        Value::Null => status.into_response(),
        body => (status, axum::Json(body.clone())).into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What the token says that it is good for. Nobody's money depends on it here, so its signature is not looked at.
fn scopes_of(token: &str) -> String {
    let claims = token.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Option<Value> = claims.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    claims.and_then(|claims| claims["scope"].as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn state() -> ApiState {
        let answers = json!([{ "call": "POST /transfer", "scope": "transfer:funds", "status": 201 }]);
        ApiState { answers: serde_json::from_value(answers).unwrap(), seen: Mutex::default() }
    }

    fn with_scope(scope: &str) -> HeaderMap {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(json!({ "scope": scope }).to_string());
        HeaderMap::from_iter([(header::AUTHORIZATION, format!("Bearer e30.{claims}.x").parse().unwrap())])
    }

    #[tokio::test]
    async fn only_answered_calls_with_new_tokens_count() {
        let api = RecordingApi { state: Arc::new(state()), task: tokio::spawn(async { Ok(()) }) };
        let ask = |headers: &HeaderMap| respond(&api.state, "POST /transfer".to_owned(), headers).status();
        assert_eq!(ask(&HeaderMap::new()), StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&with_scope("view:balance")), StatusCode::FORBIDDEN);
        assert!(!api.has_seen("POST /transfer"));
        let first = with_scope("openid transfer:funds");
        assert_eq!(ask(&first), StatusCode::CREATED);
        assert!(api.has_seen("POST /transfer"));
        api.begin_phase();
        assert_eq!(ask(&first), StatusCode::CREATED);
        assert!(!api.has_seen("POST /transfer"), "the token is one of before");
        assert_eq!(ask(&with_scope("transfer:funds")), StatusCode::CREATED);
        assert!(api.has_seen("POST /transfer"));
    }
}
