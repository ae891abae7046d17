//! `/control`: what tests set and ask from outside. `openapi.json` describes it.

mod clock;
mod customers;
mod error;
mod faults;
mod openapi;
mod pushes;
mod requests;
mod reset;
mod trail;
mod wait;

use axum::Router;
use axum::routing::{get, post};

pub(super) use faults::{happens, inject};
pub(super) use requests::record;
pub(super) use trail::is_control;
pub(super) use wait::MAX_WAIT;

use crate::state::SharedState;

pub(super) fn router() -> Router<SharedState> {
    Router::new()
        .route("/control/openapi.json", get(openapi::get))
        .route("/control/pushes", get(pushes::list))
        .route("/control/pushes/{id}/approve", post(pushes::approve))
        .route("/control/pushes/{id}/deny", post(pushes::deny))
        .route("/control/customers", get(customers::list).post(customers::create))
        .route("/control/customers/{sub}", get(customers::get).put(customers::put).delete(customers::delete))
        .route("/control/customers/{sub}/totp", get(customers::totp))
        .route("/control/clock", get(clock::get).post(clock::post))
        .route("/control/reset", post(reset::post))
        .route("/control/requests", get(requests::list))
        .route("/control/faults", get(faults::list).post(faults::post).delete(faults::delete))
}
