//! `/control/pushes`: what phones are asked, and their answers.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::trail::log_call;
use crate::extract::Driver;
use crate::mfa;
use crate::state::{AppState, Shared};
use crate::store::{Push, PushAnswer, PushOutcome};

#[derive(Serialize)]
pub(super) struct PushList {
    pushes: Vec<Value>,
}

/// Those that wait for an answer, oldest first.
pub(super) async fn list(State(state): Shared, _: Driver) -> Json<PushList> {
    let now = state.now();
    let store = state.store();
    let customers = state.directory.customers();
    let waiting = customers.iter().flat_map(|customer| store.pushes.waiting(&customer.sub, now));
    let mut waiting: Vec<&Push> = waiting.collect();
    waiting.sort_by(|a, b| (a.sent, &a.id).cmp(&(b.sent, &b.id)));
    Json(PushList { pushes: waiting.into_iter().map(described).collect() })
}

fn described(push: &Push) -> Value {
    json!({
        "id": push.id,
        "sub": push.sub,
        "client": push.prompt.client,
        "sentences": push.prompt.in_english(),
        "payment": push.prompt.payment,
        "number": push.number,
        "choices": push.choices,
        "sent": push.sent,
        "expires": push.expires,
    })
}

pub(super) async fn approve(
    State(state): Shared,
    _: Driver,
    Path(id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    answer(&state, &id, |push| PushAnswer::Number(push.number))
}

pub(super) async fn deny(
    State(state): Shared,
    _: Driver,
    Path(id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    answer(&state, &id, |_| PushAnswer::Deny)
}

/// As the customer's phone would.
fn answer(
    state: &AppState,
    id: &str,
    choose: impl FnOnce(&Push) -> PushAnswer,
) -> Result<Json<Value>, ControlError> {
    let found = state.store().pushes.get(id).map(|push| (push.sub.clone(), choose(push)));
    let (sub, answer) = found.ok_or_else(|| ControlError::not_found("there is no push with this id"))?;
    let outcome = match mfa::answer(state, id, &sub, answer) {
        PushOutcome::Approved => "approved",
        PushOutcome::Denied => "denied",
        PushOutcome::Answered => return Err(ControlError::conflict("the push was answered before")),
        PushOutcome::TooLate | PushOutcome::WrongNumber | PushOutcome::NotMe => {
            return Err(ControlError::conflict("the push is over: it was withdrawn, or its time was up"));
        }
    };
    log_call(state, "Push answered", format!("The push of {sub} was {outcome}."));
    Ok(Json(json!({ "id": id, "state": outcome })))
}
