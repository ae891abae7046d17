//! `GET /balance`: what is on the caller's account.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;

use super::json::rfc3339;
use super::{Problem, Shared};
use crate::ledger::{Money, Party};

#[derive(Serialize)]
pub(super) struct Answer {
    account: Party,
    balance: Money,
    as_of: String,
}

pub(super) async fn get(State(app): Shared, headers: HeaderMap) -> Result<Json<Answer>, Problem> {
    let caller = app.admit_reader(&headers).await?;
    let account = app.ledger.account_of(&caller.customer).await?.ok_or_else(Problem::account_not_found)?;
    Ok(Json(Answer { account: account.party, balance: account.balance, as_of: rfc3339(app.now()) }))
}
