//! `/control/clock`: what time the tenant takes it to be.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::trail::log_call;
use crate::extract::Driver;
use crate::state::Shared;

/// A change: `advance`, in seconds, or `now`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ClockChange {
    Advance(i64),
    Now(Moment),
}

/// Unix seconds, or a time as in RFC 3339.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Moment {
    Seconds(i64),
    Text(String),
}

#[derive(Serialize)]
pub(super) struct ClockState {
    /// Unix seconds.
    now: u64,
    /// By how much it differs from the machine's clock, in seconds.
    offset: i64,
}

/// Sums of times have to stay times.
const MAX_OFFSET: i64 = 100 * 365 * 86_400;

pub(super) async fn get(State(state): Shared, Driver { control }: Driver) -> Json<ClockState> {
    Json(ClockState { now: state.now(), offset: control.clock.offset() })
}

pub(super) async fn post(
    State(state): Shared,
    Driver { control }: Driver,
    change: Result<Json<ClockChange>, JsonRejection>,
) -> Result<Json<ClockState>, ControlError> {
    let Json(change) = change?;
    let (now, before) = (state.now(), control.clock.offset());
    let by = match change {
        ClockChange::Advance(seconds) => Some(seconds),
        ClockChange::Now(Moment::Seconds(seconds)) => seconds.checked_sub_unsigned(now),
        ClockChange::Now(Moment::Text(text)) => {
            let time: Timestamp = text.parse().map_err(|_| {
                ControlError::invalid("`now` must be Unix seconds, or a time as in \"2026-11-30T12:00:00Z\"")
            })?;
            time.as_second().checked_sub_unsigned(now)
        }
    };
    let offset = by.and_then(|by| before.checked_add(by)).filter(|offset| offset.abs() <= MAX_OFFSET);
    let offset = offset.ok_or_else(|| {
        ControlError::invalid("the clock can be put forward or back by a hundred years at most")
    })?;
    control.clock.set_offset(offset);
    // What has become too late by this is news to those who wait.
    state.changed();
    log_call(&state, "Clock", format!("It differs from the machine's by {offset} s."));
    Ok(Json(ClockState { now: state.now(), offset }))
}
