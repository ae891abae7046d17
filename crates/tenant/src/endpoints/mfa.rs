//! `/u/mfa`: the log-in tab while the phone is asked.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Shared, elsewhere};
use crate::flow::{self, Look, Visit};
use crate::http::{Cookies, Parameters};
use crate::pages;

/// The number to choose on the phone; or, when the phone has answered, the way back to the client.
pub(super) async fn get(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let visit = Visit::of(&parameters, &cookies);
    match flow::look(&state, visit).await {
        Look::Waiting { request, form_token, push } => {
            let phone = state.url("phone");
            pages::mfa(&request, visit.id, &form_token, &push, &phone)
        }
        Look::Over(response) => response,
        Look::Elsewhere => elsewhere::page(&state, visit, &flow::place(&state, visit)),
    }
}

/// Held until there is something new (200), or it is time to ask again (204).
pub(super) async fn wait(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> StatusCode {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let visit = Visit::of(&parameters, &cookies);
    state.wait_until(|state| !flow::still_waiting(state, visit)).await
}
