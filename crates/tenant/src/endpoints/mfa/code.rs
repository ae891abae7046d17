//! `/u/mfa/code`: a code that was typed. Parameters: `state`, `form_token`, `code`.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::page;
use crate::endpoints::{Shared, elsewhere};
use crate::flow::{self, Answered, Place, Visit};
use crate::http::{Cookies, Parameters};
use crate::pages;

pub(in crate::endpoints) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    let visit = Visit::of(&form, &cookies);
    let place = flow::place(&state, visit);
    let Place::SecondFactor { form_token, .. } = &place else {
        return elsewhere::page(&state, visit, &place);
    };
    if !form.is_from_own_page(&headers, form_token) {
        return pages::forged(&state);
    }
    match flow::answer_code(&state, visit, form.get("code").unwrap_or_default()).await {
        Answered::Over(response) => response,
        Answered::Again(error) => page(&state, visit, Some(error)).await,
    }
}
