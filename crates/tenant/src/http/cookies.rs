//! Cookies. Their names begin with `riser_tenant_`, since every application on `localhost` sees them all.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::AppendHeaders;

use crate::state::AppState;

/// Headers to add to a response, without removing the cookies that it sets already.
pub(crate) type SetCookie = AppendHeaders<[(HeaderName, String); 1]>;

pub(crate) const SESSION: &str = "riser_tenant_session";
pub(crate) const PHONE: &str = "riser_tenant_phone";
/// The language that a client has asked for in this browser.
pub(crate) const LANGUAGE: &str = "riser_tenant_language";
/// Binds the pairing form to the browser that asked for it.
pub(crate) const PAIRING: &str = "riser_tenant_pairing";

/// Binds one request under way to the browser that made it.
pub(crate) fn of_transaction(id: &str) -> String {
    format!("riser_tenant_request_{id}")
}

pub(crate) struct Cookies(HeaderMap);

impl<S: Sync> FromRequestParts<S> for Cookies {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.headers.clone()))
    }
}

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self(headers.clone())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let lines = self.0.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum CookieLifetime {
    Session,
    Seconds(u64),
}

/// A header that sets a cookie which scripts cannot read and other sites cannot make the browser send with a form.
pub(crate) fn set(state: &AppState, name: &str, value: &str, lifetime: CookieLifetime) -> SetCookie {
    let age = match lifetime {
        CookieLifetime::Session => String::new(),
        CookieLifetime::Seconds(seconds) => format!("; Max-Age={seconds}"),
    };
    let path = path(name);
    let secure = if state.is_https() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{age}{secure}");
    AppendHeaders([(header::SET_COOKIE, cookie)])
}

pub(crate) fn expired(state: &AppState, name: &str) -> SetCookie {
    set(state, name, "", CookieLifetime::Seconds(0))
}

/// Only the pages that need a cookie get it.
fn path(name: &str) -> &'static str {
    match name {
        // A phone may be the browser that asks as well.
        SESSION | PHONE | LANGUAGE => "/",
        PAIRING => "/phone",
        _ => "/u",
    }
}
