//! `/u/mfa/ways`: the ways to confirm that the customer may choose, and `/u/mfa/way`: the one that was chosen.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::endpoints::{Shared, elsewhere};
use crate::factors::Factor;
use crate::flow::{self, Place, Switched, Visit};
use crate::http::{Cookies, Parameters};
use crate::store::NotSent;
use crate::{pages, state};

pub(in crate::endpoints) async fn get(
    State(state): Shared,
    RawQuery(query): RawQuery,
    cookies: Cookies,
) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    page(&state, Visit::of(&parameters, &cookies), None)
}

/// Parameters: `state`, `form_token`, and `way`: a factor, `first-app` or `manage`.
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
    let way = form.get("way").unwrap_or_default();
    match (way, Factor::named(way)) {
        (_, Some(factor)) => match flow::switch(&state, visit, factor) {
            Switched::Done(response) => response,
            Switched::NotSent(why) => page(&state, visit, Some(why)),
        },
        ("first-app", _) => flow::set_up_first_app(&state, visit),
        ("manage", _) => flow::manage(&state, visit),
        _ => page(&state, visit, None),
    }
}

fn page(state: &state::State, visit: Visit<'_>, not_sent: Option<NotSent>) -> Response {
    match (flow::place(state, visit), flow::ways(state, visit)) {
        (Place::SecondFactor { request, form_token }, Some(ways)) => {
            pages::ways(&request, visit.id, &form_token, &ways, not_sent)
        }
        (place, _) => elsewhere::page(state, visit, &place),
    }
}
