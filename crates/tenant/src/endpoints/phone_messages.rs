//! `/phone/messages`: whether this phone is told of requests while its page is closed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::extract::PhoneForm;
use crate::http::{Cookies, cookies};
use crate::page_context;
use crate::state::Shared;

/// Parameters: `form_token`, and `endpoint`, `p256dh` and `auth` of the browser's subscription (Push API, 8); without an
/// `endpoint` there are no more messages.
pub(super) async fn post(
    State(state): Shared,
    cookies: Cookies,
    PhoneForm { phone, form }: PhoneForm,
) -> Response {
    let part = |name| form.get(name).unwrap_or_default();
    let subscription = match part("endpoint") {
        "" => None,
        endpoint => {
            let language = page_context::language().tag;
            match state.web_push.services.read(endpoint, part("p256dh"), part("auth"), language) {
                Ok(subscription) => Some(subscription),
                Err(why) => return (StatusCode::BAD_REQUEST, why).into_response(),
            }
        }
    };
    tracing::info!(sub = phone.sub, on = subscription.is_some(), "messages to a phone");
    state.store().phones.subscribe(cookies.get(cookies::PHONE).unwrap_or_default(), subscription);
    Redirect::to("/phone").into_response()
}
