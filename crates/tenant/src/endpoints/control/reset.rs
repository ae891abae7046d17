//! `/control/reset`: everything as after a first start with this configuration. What happened stays in the log.

use axum::extract::State;
use axum::http::StatusCode;

use super::trail::log_call;
use crate::extract::Driver;
use crate::state::Shared;

pub(super) async fn post(State(state): Shared, Driver { control }: Driver) -> StatusCode {
    state.directory.reset();
    control.clock.set_offset(0);
    control.faults.clear();
    control.requests.take(None);
    let mut store = state.store();
    store.clear();
    for (sub, secret, recovery_codes) in control.configured_factors() {
        store.enrollments.seed(sub, secret.clone(), recovery_codes);
    }
    drop(store);
    state.changed();
    log_call(
        &state,
        "Reset",
        "Sessions, phones, factors, customers, time and faults are as the configuration has them.",
    );
    StatusCode::NO_CONTENT
}
