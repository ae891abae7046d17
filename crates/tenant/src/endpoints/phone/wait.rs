//! `/phone/wait`: held until the phone has something else to show (200) or it is time to ask again (204).
//! Parameter: `seen`, the version that the page shows.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;

use super::{paired, version};
use crate::endpoints::Shared;
use crate::http::{Cookies, Parameters};
use crate::store::Push;

pub(in crate::endpoints) async fn get(
    State(state): Shared,
    RawQuery(query): RawQuery,
    cookies: Cookies,
) -> StatusCode {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let seen = parameters.get("seen").unwrap_or_default();
    let news = |state: &crate::state::State| {
        // A pairing that has ended is news as well: the page then shows the pairing form.
        let Some(phone) = paired(state, &cookies) else { return true };
        let store = state.store();
        let waiting: Vec<Push> = store.pushes.waiting(&phone.sub, state.now()).into_iter().cloned().collect();
        version(&waiting) != seen
    };
    state.wait_until(news).await
}
