//! `/phone/pair`: e-mail and password make this browser the customer's phone; a customer with other factors confirms it
//! with a code.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use http_server::Peer;

use super::super::credentials::{self, LogInError};
use crate::endpoints::Shared;
use crate::http::cookies::{self, Stays};
use crate::http::{Cookies, Parameters};
use crate::log::{self, Event, Kind, Trace};
use crate::{flow, pages, random, state};

/// The pairing page. The form carries what its cookie carries, and another origin can read neither.
pub(super) fn form(
    state: &state::State,
    cookies: &Cookies,
    email: &str,
    error: Option<LogInError>,
) -> Response {
    let kept = cookies.get(cookies::PAIRING).filter(|value| !value.is_empty()).map(str::to_owned);
    let form_token = kept.unwrap_or_else(random::secret);
    let page = pages::pair(&form_token, email, error);
    (cookies::set(state, cookies::PAIRING, &form_token, Stays::Session), page).into_response()
}

pub(in crate::endpoints) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body).unwrap_or_default();
    let form_token = cookies.get(cookies::PAIRING).unwrap_or_default();
    if form_token.is_empty() || !form.is_from_own_page(&headers, form_token) {
        return pages::forged(&state);
    }
    if let Some(code) = form.get("code") {
        return confirm(&state, form_token, code);
    }
    let result = credentials::check(&state, &form, peer.map(|Extension(peer)| peer)).await;
    let trace = state.log.begin(Kind::Phone);
    trace.record(log::password(&state, &form, &result));
    match result {
        Err(error) => self::form(&state, &cookies, form.get("email").unwrap_or_default(), Some(error)),
        Ok(customer) if has_other_factors(&state, &customer.sub) => {
            state.store().phones.begin(&customer.sub, form_token, state.now());
            pages::confirm_pairing(form_token, None)
        }
        Ok(customer) => pair(&state, &customer.sub, &trace),
    }
}

/// With the password alone, a phone is only the first factor. Otherwise whoever knows the password would get around the
/// factors that are there by pairing a phone of their own.
fn has_other_factors(state: &state::State, sub: &str) -> bool {
    let store = state.store();
    store.enrolments.has_app(sub) || store.enrolments.recovery_codes(sub) > 0
}

/// The password was right on this device a while ago; now there is a code as well.
fn confirm(state: &state::State, form_token: &str, code: &str) -> Response {
    let pending = state.store().phones.pending(form_token, state.now()).map(str::to_owned);
    let Some(sub) = pending else { return Redirect::to("/phone").into_response() };
    match flow::prove(state, &sub, code) {
        Ok(()) => {
            state.store().phones.forget_pending(form_token);
            pair(state, &sub, &state.log.begin(Kind::Phone))
        }
        Err(error) => {
            tracing::info!(sub, %error, "pairing refused");
            pages::confirm_pairing(form_token, Some(error))
        }
    }
}

fn pair(state: &state::State, sub: &str, trace: &Trace) -> Response {
    let cookie = random::secret();
    let lifetime = state.lifetimes.phone;
    state.store().phones.pair(sub, &cookie, (state.now(), lifetime));
    tracing::info!(sub, "phone paired");
    if let Some(customer) = state.directory.by_sub(sub) {
        trace.record(Event::Phone { who: log::who(customer), paired: true });
    }
    let set = cookies::set(state, cookies::PHONE, &cookie, Stays::Seconds(lifetime));
    (set, cookies::expired(state, cookies::PAIRING), Redirect::to("/phone")).into_response()
}
