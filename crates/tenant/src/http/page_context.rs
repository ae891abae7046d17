//! In which language the pages of a request are, and whose face they have.

use std::sync::Arc;

use axum::extract::{self, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::cookies::{self, CookieLifetime, Cookies};
use crate::domain::Parameters;
use crate::language::Language;
use crate::page_context::PageContext;
use crate::state::Shared;

/// The language that the client asks for (`ui_locales`, OIDC Core 3.1.2.1) counts for the pages that follow too: a cookie
/// keeps it. Without one it is the browser's.
pub(crate) async fn in_page_context(extract::State(state): Shared, request: Request, next: Next) -> Response {
    let asked = asked_for(&request);
    let language = asked.or_else(|| of_browser(request.headers())).unwrap_or_else(Language::english);
    let context = PageContext { language, brand: Arc::clone(&state.brand) };
    let response = context.scope(next.run(request)).await;
    match asked {
        Some(language) => {
            (cookies::set(&state, cookies::LANGUAGE, language.tag, CookieLifetime::Session), response)
                .into_response()
        }
        None => response,
    }
}

fn asked_for(request: &Request) -> Option<&'static Language> {
    let is_authorization = request.uri().path() == "/authorize";
    let parameters = is_authorization.then(|| Parameters::of_query(request.uri().query()))??;
    Language::first_of(parameters.get("ui_locales")?.split(' '))
}

fn of_browser(headers: &HeaderMap) -> Option<&'static Language> {
    let cookies = Cookies::of(headers);
    let kept = cookies.get(cookies::LANGUAGE).and_then(Language::by_tag);
    let accepted = || Language::accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?);
    kept.or_else(accepted)
}
