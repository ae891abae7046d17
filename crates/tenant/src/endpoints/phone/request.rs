//! `/phone/requests/{id}`: one request that this phone's customer was asked.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::paired;
use crate::endpoints::Shared;
use crate::http::Cookies;
use crate::pages;

pub(in crate::endpoints) async fn get(
    State(state): Shared,
    Path(id): Path<String>,
    cookies: Cookies,
) -> Response {
    let Some(phone) = paired(&state, &cookies) else { return Redirect::to("/phone").into_response() };
    let now = state.now();
    let store = state.store();
    let push = store.pushes.get(&id).filter(|push| push.sub == phone.sub).cloned();
    let waits = store.pushes.is_waiting(&id, now);
    drop(store);
    match push {
        Some(_) if waits => Redirect::to("/phone").into_response(),
        Some(push) => pages::request(&push, now),
        None => {
            let sentence = "Your phone remembers the last twenty requests, and this is none of them.";
            pages::notice(&state, StatusCode::NOT_FOUND, "Nothing here", sentence)
        }
    }
}
