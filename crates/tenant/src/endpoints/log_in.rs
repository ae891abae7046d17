//! `/u/login`: the log-in page of a request under way.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use http_server::Peer;

use super::credentials::{self, LogInError};
use super::{Shared, elsewhere};
use crate::flow::{self, Place, Visit};
use crate::http::{Cookies, Parameters, cookies};
use crate::log::{self, Event};
use crate::pages;

pub(super) async fn get(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let visit = Visit::of(&parameters, &cookies);
    match flow::place(&state, visit) {
        Place::LogIn { request, form_token } => {
            let hinted = || Some(state.directory.by_sub(request.id_token_hint.as_deref()?)?.email.as_str());
            let email = request.login_hint.as_deref().or_else(hinted).unwrap_or_default();
            pages::log_in(&request, visit.id, &form_token, email, None)
        }
        place => elsewhere::page(&state, visit, &place),
    }
}

pub(super) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    let visit = Visit::of(&form, &cookies);
    let (request, form_token) = match flow::place(&state, visit) {
        Place::LogIn { request, form_token } => (request, form_token),
        place => return elsewhere::page(&state, visit, &place),
    };
    if !form.is_from_own_page(&headers, &form_token) {
        request.to.trace.record(Event::FormRefused { form: "/u/login".to_owned() });
        return pages::forged(&state);
    }
    let known = credentials::check(&state, &form, peer.map(|Extension(peer)| peer)).await;
    let wanted = known.and_then(|customer| {
        if request.is_for(&customer.sub) { Ok(customer) } else { Err(LogInError::SomebodyElse) }
    });
    request.to.trace.record(log::password(&state, &form, &wanted));
    match wanted {
        Ok(customer) => flow::log_in(&state, visit, &customer, cookies.get(cookies::SESSION)).await,
        Err(error) => {
            tracing::info!(client_id = request.client.id, %error, "log-in refused");
            let email = form.get("email").unwrap_or_default();
            pages::log_in(&request, visit.id, &form_token, email, Some(error))
        }
    }
}
