//! `GET /balance`: what is on the caller's account.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;

use super::app::SharedApp;
use super::problem::Problem;
use super::transfer_response::rfc3339;
use crate::ledger::{Money, Party};

#[derive(Serialize)]
pub(super) struct BalanceResponse {
    account: Party,
    balance: Money,
    as_of: String,
}

pub(super) async fn get(State(app): SharedApp, headers: HeaderMap) -> Result<Json<BalanceResponse>, Problem> {
    let (_, account) = app.authorize_reader(&headers).await?;
    Ok(Json(BalanceResponse { account: account.party, balance: account.balance, as_of: rfc3339(app.now()) }))
}
