//! `/u/methods`: the customer's ways to confirm, after a request was confirmed and before its answer goes to the client.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::{Shared, elsewhere};
use crate::flow::{self, Act, CodeError, Place, Visit};
use crate::http::{Cookies, Parameters};
use crate::{pages, state};

pub(super) async fn get(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    page(&state, Visit::of(&parameters, &cookies), None)
}

/// `/u/methods/codes`: new recovery codes, shown once.
pub(super) async fn codes(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let visit = Visit::of(&parameters, &cookies);
    match flow::new_codes(&state, visit) {
        Ok(codes) => pages::new_codes(visit.id, &codes),
        Err(response) => or_elsewhere(&state, visit, response),
    }
}

/// Parameters: `state`, `form_token`, `act`, and perhaps `code`.
pub(super) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    let visit = Visit::of(&form, &cookies);
    let place = flow::place(&state, visit);
    let Place::Methods { form_token } = &place else { return elsewhere::page(&state, visit, &place) };
    if !form.is_from_own_page(&headers, form_token) {
        return pages::forged(&state);
    }
    let act = match form.get("act").unwrap_or_default() {
        "continue" => Act::Continue,
        "set-up" => Act::SetUp,
        // Enter in the field for the code presses no button.
        "confirm" | "" => Act::Confirm(form.get("code").unwrap_or_default()),
        "abandon" => Act::Abandon,
        "remove-app" => Act::RemoveApp,
        "new-codes" => Act::NewCodes,
        _ => return page(&state, visit, None),
    };
    match flow::act(&state, visit, act).await {
        Ok(response) => or_elsewhere(&state, visit, response),
        Err(error) => page(&state, visit, Some(error)),
    }
}

fn page(state: &state::State, visit: Visit<'_>, error: Option<CodeError>) -> Response {
    match flow::methods(state, visit) {
        Ok(overview) => pages::methods(state, visit.id, &overview, error),
        Err(response) => or_elsewhere(state, visit, response),
    }
}

fn or_elsewhere(state: &state::State, visit: Visit<'_>, response: Option<Response>) -> Response {
    response.unwrap_or_else(|| elsewhere::page(state, visit, &flow::place(state, visit)))
}
