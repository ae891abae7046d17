//! `GET /livez`: whether the process answers. `GET /readyz`, and `GET /healthz` as it was called before: whether the bank can
//! do its work, for which it reads and writes its database.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::app::SharedApp;
use super::problem::{Code, Problem, RETRY_SECONDS};

pub(super) async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

pub(super) async fn ready(State(app): SharedApp) -> Result<Json<Value>, Problem> {
    match app.ledger.check_health(app.now()).await {
        Ok(()) => Ok(Json(json!({ "status": "ok" }))),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the books cannot be read or written");
            let detail = "the books cannot be read or written at present";
            Err(Problem::new(Code::DATABASE_UNAVAILABLE, detail).retry_after(RETRY_SECONDS))
        }
    }
}
