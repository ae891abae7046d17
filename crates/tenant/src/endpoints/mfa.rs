//! `/u/mfa`: the log-in tab while a second factor is asked for.

pub(super) mod code;
pub(super) mod ways;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Shared, elsewhere};
use crate::flow::{self, CodeError, Look, Visit};
use crate::http::{Cookies, Parameters};
use crate::{pages, state};

/// The way that is tried; or, when the phone has answered, the way back to the client.
pub(super) async fn get(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    page(&state, Visit::of(&parameters, &cookies), None).await
}

async fn page(state: &state::State, visit: Visit<'_>, error: Option<CodeError>) -> Response {
    match flow::look(state, visit).await {
        Look::Page(view) => pages::second_factor(state, visit.id, &view, error),
        Look::Over(response) => response,
        Look::Elsewhere => elsewhere::page(state, visit, &flow::place(state, visit)),
    }
}

/// Held until there is something new (200), or it is time to ask again (204).
pub(super) async fn wait(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> StatusCode {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let visit = Visit::of(&parameters, &cookies);
    state.wait_until(|state| !flow::still_waiting(state, visit)).await
}
