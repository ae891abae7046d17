//! `/control/pushes`: what phones are asked, and their answers.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::trail::log_call;
use super::wait::wait_of;
use crate::extract::{Driver, QueryParameters};
use crate::mfa;
use crate::state::{AppState, Shared};
use crate::store::{Push, PushAnswer, PushOutcome};

#[derive(Serialize)]
pub(super) struct PushList {
    pushes: Vec<Value>,
}

/// Those that wait for an answer, oldest first. `sub` names one customer; with `wait` there may still be none.
pub(super) async fn list(
    State(state): Shared,
    _: Driver,
    QueryParameters(query): QueryParameters,
) -> Result<Json<PushList>, ControlError> {
    let sub = query.get("sub");
    state.wait_at_most(wait_of(&query)?, |state| !waiting(state, sub).is_empty()).await;
    Ok(Json(PushList { pushes: waiting(&state, sub) }))
}

fn waiting(state: &AppState, sub: Option<&str>) -> Vec<Value> {
    let now = state.now();
    let customers = state.directory.customers();
    let named = customers.iter().filter(|customer| sub.is_none_or(|sub| customer.sub == sub));
    let store = state.store();
    let mut waiting: Vec<&Push> =
        named.flat_map(|customer| store.pushes.waiting(&customer.sub, now)).collect();
    waiting.sort_by(|a, b| (a.sent, &a.id).cmp(&(b.sent, &b.id)));
    waiting.into_iter().map(described).collect()
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
