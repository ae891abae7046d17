//! `/phone/pair`: e-mail and password make this browser the customer's phone; a customer with other factors confirms it
//! with a code.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::authorization::password_check::{check_password, password_event};
use crate::domain::LogInError;
use crate::extract::{ClientPeer, FormParameters};
use crate::http::cookies::{self, CookieLifetime};
use crate::http::{Cookies, has_valid_csrf_token};
use crate::log::{Event, Kind, Trace, events};
use crate::state::{AppState, Shared};
use crate::{mfa, pages, random};

/// The pairing page. The form carries what its cookie carries, and another origin can read neither.
pub(super) fn form(state: &AppState, cookies: &Cookies, email: &str, error: Option<LogInError>) -> Response {
    let kept = cookies.get(cookies::PAIRING).filter(|value| !value.is_empty()).map(str::to_owned);
    let csrf_token = kept.unwrap_or_else(random::secret);
    let page = pages::pair(&csrf_token, email, error);
    (cookies::set(state, cookies::PAIRING, &csrf_token, CookieLifetime::Session), page).into_response()
}

pub(super) async fn post(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    ClientPeer(peer): ClientPeer,
    FormParameters(form): FormParameters,
) -> Response {
    let csrf_token = cookies.get(cookies::PAIRING).unwrap_or_default();
    if csrf_token.is_empty() || !has_valid_csrf_token(&form, &headers, csrf_token) {
        return pages::forged(&state);
    }
    if let Some(code) = form.get("code") {
        return confirm(&state, csrf_token, code);
    }
    let result = check_password(&state, &form, peer).await;
    let trace = state.log.begin(Kind::Phone);
    trace.record(password_event(&state, &form, &result));
    match result {
        Err(error) => self::form(&state, &cookies, form.get("email").unwrap_or_default(), Some(error)),
        Ok(customer) if has_other_factors(&state, &customer.sub) => {
            state.store().phones.begin(&customer.sub, csrf_token, state.now());
            pages::confirm_pairing(csrf_token, None)
        }
        Ok(customer) => pair(&state, &customer.sub, &trace),
    }
}

/// With the password alone, a phone is only the first factor. Otherwise whoever knows the password would get around the
/// factors that are there by pairing a phone of their own.
fn has_other_factors(state: &AppState, sub: &str) -> bool {
    let store = state.store();
    store.enrollments.has_app(sub) || store.enrollments.recovery_codes(sub) > 0
}

/// The password was right on this device a while ago; now there is a code as well.
fn confirm(state: &AppState, csrf_token: &str, code: &str) -> Response {
    let pending = state.store().phones.pending(csrf_token, state.now()).map(str::to_owned);
    let Some(sub) = pending else { return Redirect::to("/phone").into_response() };
    match mfa::prove(state, &sub, code) {
        Ok(()) => {
            state.store().phones.remove_pending(csrf_token);
            pair(state, &sub, &state.log.begin(Kind::Phone))
        }
        Err(error) => {
            tracing::info!(sub, %error, "pairing refused");
            pages::confirm_pairing(csrf_token, Some(error))
        }
    }
}

fn pair(state: &AppState, sub: &str, trace: &Trace) -> Response {
    let cookie = random::secret();
    let lifetime = state.lifetimes.phone;
    state.store().phones.pair(sub, &cookie, state.now(), lifetime);
    tracing::info!(sub, "phone paired");
    if let Some(customer) = state.directory.by_sub(sub) {
        trace.record(Event::Phone { who: events::who(&customer), paired: true });
    }
    let set = cookies::set(state, cookies::PHONE, &cookie, CookieLifetime::Seconds(lifetime));
    (set, cookies::expired(state, cookies::PAIRING), Redirect::to("/phone")).into_response()
}
