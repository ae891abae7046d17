//! `/phone/answer`: the number that was chosen, Deny, or "This was not me". Parameters: `push`, `form_token`, and `number`, `deny` or
//! `report`.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::paired;
use crate::endpoints::Shared;
use crate::flow;
use crate::http::{Cookies, Parameters};
use crate::pages;
use crate::store::{Answer, Outcome};

pub(in crate::endpoints) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    let Some(phone) = paired(&state, &cookies) else { return Redirect::to("/phone").into_response() };
    if !form.is_from_own_page(&headers, &phone.form_token) {
        return pages::forged(&state);
    }
    let id = form.get("push").unwrap_or_default();
    let answer = match form.get("number").map(str::parse) {
        _ if form.get("report").is_some() => Answer::NotMe,
        Some(Ok(number)) => Answer::Number(number),
        // What is not clearly a yes is a no.
        Some(Err(_)) | None => Answer::Deny,
    };
    match flow::answer(&state, id, &phone.sub, answer) {
        Outcome::TooLate => pages::too_late(),
        // A redirect, so that a reload of the phone does not send the answer again.
        _ => Redirect::to(&format!("/phone?answered={id}")).into_response(),
    }
}
