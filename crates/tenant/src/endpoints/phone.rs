//! `/phone`: the customer's second device. It is paired by signing in once, keeps a cookie of its own, and shows what
//! the customer is asked as it arrives.

pub(super) mod answer;
pub(super) mod pair;
pub(super) mod unpair;
pub(super) mod wait;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};

use super::Shared;
use crate::http::{Cookies, Parameters, cookies};
use crate::pages;
use crate::random::Fingerprint;
use crate::state;
use crate::store::{Phone, Push};

pub(super) async fn get(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let Some(phone) = paired(&state, &cookies) else {
        return pair::form(&state, &cookies, "", None);
    };
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let store = state.store();
    let waiting: Vec<Push> = store.pushes.waiting(&phone.sub, state.now()).into_iter().cloned().collect();
    let answered = parameters.get("answered").and_then(|id| store.pushes.get(id));
    let answered = answered.filter(|push| push.sub == phone.sub).cloned();
    drop(store);
    let seen = version(&waiting);
    let customer =
        state.directory.by_sub(&phone.sub).map(|customer| customer.name.as_str()).unwrap_or_default();
    pages::phone(customer, &phone.form_token, &seen, &waiting, answered.as_ref()).into_response()
}

fn paired(state: &state::State, cookies: &Cookies) -> Option<Phone> {
    let cookie = cookies.get(cookies::PHONE)?;
    state.store().phones.by_cookie(cookie, state.now())
}

/// Names what a phone shows, so that it can ask for something else.
fn version(waiting: &[Push]) -> String {
    let ids: Vec<&str> = waiting.iter().map(|push| push.id.as_str()).collect();
    Fingerprint::of(&ids.join(" ")).short()
}
