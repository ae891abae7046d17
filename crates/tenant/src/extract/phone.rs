//! The phone that a browser is paired as.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::parameters::FormParameters;
use crate::domain::Parameters;
use crate::http::{Cookies, cookies, has_valid_csrf_token};
use crate::pages;
use crate::state::{AppState, SharedState};
use crate::store::Phone;

/// Whoever is none goes to `/phone`, to be paired.
pub(crate) struct PairedPhone(pub(crate) Phone);

/// A form of a phone's page, with its CSRF token checked.
pub(crate) struct PhoneForm {
    pub(crate) phone: Phone,
    pub(crate) form: Parameters,
}

impl FromRequestParts<SharedState> for PairedPhone {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, Redirect> {
        let Ok(cookies) = Cookies::from_request_parts(parts, state).await;
        find_paired_phone(state, &cookies).map(Self).ok_or_else(|| Redirect::to("/phone"))
    }
}

impl FromRequest<SharedState> for PhoneForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let phone = PairedPhone::from_request_parts(&mut parts, state).await;
        let headers = parts.headers.clone();
        let form = FormParameters::from_request(Request::from_parts(parts, body), state).await;
        let FormParameters(form) = form.map_err(IntoResponse::into_response)?;
        let PairedPhone(phone) = phone.map_err(IntoResponse::into_response)?;
        if !has_valid_csrf_token(&form, &headers, &phone.csrf_token) {
            return Err(pages::forged(state));
        }
        Ok(Self { phone, form })
    }
}

pub(crate) fn find_paired_phone(state: &AppState, cookies: &Cookies) -> Option<Phone> {
    let cookie = cookies.get(cookies::PHONE)?;
    state.store().phones.by_cookie(cookie, state.now())
}
