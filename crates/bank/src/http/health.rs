//! `GET /healthz`: whether the bank can answer, which needs its database.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::problem::Code;
use super::{Problem, Shared};

pub(super) async fn get(State(app): Shared) -> Result<Json<Value>, Problem> {
    match app.ledger.ping().await {
        Ok(()) => Ok(Json(json!({ "status": "ok" }))),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the database does not answer");
            Err(Problem::new(Code::DatabaseUnavailable, "the database does not answer"))
        }
    }
}
