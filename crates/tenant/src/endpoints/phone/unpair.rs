//! `/phone/unpair`: this phone is not asked any more.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::paired;
use crate::endpoints::Shared;
use crate::http::{Cookies, Parameters, cookies};
use crate::log::{self, Event, Kind};
use crate::pages;

pub(in crate::endpoints) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    if let Some(phone) = paired(&state, &cookies) {
        if !form.is_from_own_page(&headers, &phone.form_token) {
            return pages::forged(&state);
        }
        state.store().phones.unpair(cookies.get(cookies::PHONE).unwrap_or_default());
        state.changed();
        tracing::info!(sub = phone.sub, "phone unpaired");
        if let Some(customer) = state.directory.by_sub(&phone.sub) {
            let event = Event::Phone { who: log::who(customer), paired: false };
            state.log.begin(Kind::Phone).record(event);
        }
    }
    (cookies::expired(&state, cookies::PHONE), Redirect::to("/phone")).into_response()
}
