//! `/u/cancel`: back to the client without what it asked for.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{Shared, elsewhere};
use crate::flow::{self, Visit};
use crate::http::{Cookies, Parameters};
use crate::pages;

pub(super) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    let visit = Visit::of(&form, &cookies);
    let place = flow::place(&state, visit);
    let Some(form_token) = place.form_token() else { return elsewhere::page(&state, visit, &place) };
    if !form.is_from_own_page(&headers, form_token) {
        return pages::forged(&state);
    }
    flow::cancel(&state, visit)
}
