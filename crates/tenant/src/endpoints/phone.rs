//! `/phone`: the customer's second device. It is paired by signing in once, keeps a cookie of its own, shows what
//! the customer is asked as it arrives, and remembers what that was.

pub(super) mod answer;
pub(super) mod app;
pub(super) mod pair;
pub(super) mod request;
pub(super) mod unpair;
pub(super) mod wait;

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::Shared;
use crate::http::{Cookies, Parameters, cookies};
use crate::pages::{self, OnPhone};
use crate::random::Fingerprint;
use crate::state;
use crate::store::{Phone, Push};

pub(super) async fn get(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let Some(phone) = paired(&state, &cookies) else {
        return pair::form(&state, &cookies, "", None);
    };
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let now = state.now();
    let store = state.store();
    let waiting: Vec<Push> = store.pushes.waiting(&phone.sub, now).into_iter().cloned().collect();
    let over = |push: &&Push| !store.pushes.is_waiting(&push.id, now);
    let history: Vec<Push> = store.pushes.history(&phone.sub).into_iter().filter(over).cloned().collect();
    let answered = parameters.get("answered").and_then(|id| store.pushes.get(id));
    let answered = answered.filter(|push| push.sub == phone.sub).cloned();
    let phones = store.phones.count(&phone.sub, now);
    drop(store);
    let customer = state.directory.by_sub(&phone.sub);
    let shown = OnPhone {
        phone: &phone,
        customer: customer.map(|customer| customer.name.as_str()).unwrap_or_default(),
        phones,
        seen: &version(&waiting),
        waiting: &waiting,
        history: &history,
        answered: answered.as_ref(),
    };
    pages::phone(&state, &shown)
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
