//! `/control/faults`: what the tenant is to do wrong, and how often.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::error::ControlError;
use super::trail::{is_control, log_call};
use crate::control::{ActiveFault, Fault};
use crate::extract::Driver;
use crate::log::{Kind, events};
use crate::state::{AppState, Shared};

#[derive(Serialize)]
pub(super) struct FaultList {
    faults: Vec<ActiveFault>,
}

pub(super) async fn list(Driver { control }: Driver) -> Json<FaultList> {
    Json(FaultList { faults: control.faults.active() })
}

pub(super) async fn post(
    State(state): Shared,
    Driver { control }: Driver,
    fault: Result<Json<ActiveFault>, JsonRejection>,
) -> Result<(StatusCode, Json<FaultList>), ControlError> {
    let Json(fault) = fault?;
    let done = format!("{} is to happen, times: {}", fault.fault.name(), fault.times);
    control.faults.add(fault).map_err(|error| ControlError::invalid(error.to_string()))?;
    log_call(&state, "Fault asked for", done);
    Ok((StatusCode::CREATED, Json(FaultList { faults: control.faults.active() })))
}

pub(super) async fn delete(State(state): Shared, Driver { control }: Driver) -> StatusCode {
    control.faults.clear();
    log_call(&state, "Faults", "None is to happen any more.");
    StatusCode::NO_CONTENT
}

/// Is out of order, or slow, when a test wants that. Never under `/control`.
pub(in crate::endpoints) async fn inject(State(state): Shared, request: Request, next: Next) -> Response {
    let Some(control) = state.control.clone().filter(|_| !is_control(&request)) else {
        return next.run(request).await;
    };
    if let Some(slow) = control.faults.take_one(Fault::Slow) {
        note(&state, Fault::Slow);
        tokio::time::sleep(Duration::from_secs(slow.seconds)).await;
    }
    if control.faults.take_one(Fault::Outage).is_some() {
        note(&state, Fault::Outage);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

/// Whether a test wants this to happen now, at an endpoint that belongs to no log-in.
pub(in crate::endpoints) fn happens(state: &AppState, fault: Fault) -> bool {
    let due = state.control.as_ref().and_then(|control| control.faults.take_one(fault)).is_some();
    if due {
        note(state, fault);
    }
    due
}

fn note(state: &AppState, fault: Fault) {
    state.log.begin(Kind::Control).record(events::fault(&fault.name()));
}
