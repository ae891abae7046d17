//! `/control/requests`: what came. Secrets and tokens of it are left out or shortened, as in the log.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::error::ControlError;
use super::trail::is_control;
use super::wait::wait_of;
use crate::control::ReceivedRequest;
use crate::domain::{MAX_LENGTH, Parameters};
use crate::extract::{Driver, QueryParameters};
use crate::log;
use crate::state::Shared;

#[derive(Serialize)]
pub(super) struct RequestList {
    requests: Vec<ReceivedRequest>,
}

/// `path` names an endpoint, `take=true` also removes what is told; with `wait` there may still be nothing.
pub(super) async fn list(
    State(state): Shared,
    Driver { control }: Driver,
    QueryParameters(query): QueryParameters,
) -> Result<Json<RequestList>, ControlError> {
    let path = query.get("path");
    state.wait_at_most(wait_of(&query)?, |_| control.requests.has(path)).await;
    let requests = if query.get("take") == Some("true") {
        control.requests.take(path)
    } else {
        control.requests.list(path)
    };
    Ok(Json(RequestList { requests }))
}

/// Writes down each request of others, and how it was answered.
pub(in crate::endpoints) async fn record(State(state): Shared, request: Request, next: Next) -> Response {
    let Some(control) = state.control.clone().filter(|_| !is_control(&request)) else {
        return next.run(request).await;
    };
    let (at, method, path) = (state.now(), request.method().to_string(), request.uri().path().to_owned());
    let (parts, body) = request.into_parts();
    let is_form = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded")
    });
    let query = parts.uri.query().map(str::to_owned);
    let (body, form) = if is_form {
        let Ok(bytes) = axum::body::to_bytes(body, MAX_LENGTH).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        (Body::from(bytes.clone()), bytes.to_vec())
    } else {
        (body, Vec::new())
    };
    let parameters = [Parameters::of_query(query.as_deref()), Parameters::parse(&form)];
    let parameters = parameters.iter().flatten().flat_map(log::kept).collect();
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status().as_u16();
    control.requests.add(ReceivedRequest { at, method, path, parameters, status });
    state.changed();
    response
}
