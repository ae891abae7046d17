//! The pages on which a customer looks after the ways to confirm.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::notice::NoticePage;
use super::qr::Drawing;
use super::render::{code_status, refusing, respond};
use super::second_factor::AuthenticatorAppSetup;
use crate::mfa::{CodeError, EnrollmentOverview};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "methods/overview.html")]
struct OverviewPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    /// Who waits for its answer, when that is not the tenant itself.
    client: Option<&'a str>,
    notice: Option<&'a str>,
    phone: &'a str,
    phones: usize,
    has_app: bool,
    recovery_codes: usize,
}

#[derive(Template)]
#[template(path = "methods/app.html")]
struct AppPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    has_app: bool,
    drawing: Drawing,
    uri: String,
    key: String,
    error: Option<String>,
}

/// What there is; or the app that is being set up, and why its code was not accepted.
pub(crate) fn methods(
    state: &AppState,
    id: &str,
    overview: &EnrollmentOverview,
    error: Option<CodeError>,
) -> Response {
    let EnrollmentOverview { request, csrf_token, customer, phones, has_app, recovery_codes, notice, secret } =
        overview;
    let (has_app, to) = (*has_app, request.form_target());
    if let Some(secret) = secret {
        let AuthenticatorAppSetup { drawing, uri, key } =
            AuthenticatorAppSetup::of(secret, &state.name, &customer.email);
        let text = error.map(|error| error.to_string());
        let page = AppPage { id, csrf_token, has_app, drawing, uri, key, error: text };
        return refusing(code_status(error), &page, to);
    }
    let page = OverviewPage {
        id,
        csrf_token,
        client: (!request.is_own()).then_some(&request.client.name),
        notice: notice.as_deref(),
        phone: &state.url("phone"),
        phones: *phones,
        has_app,
        recovery_codes: *recovery_codes,
    };
    respond(StatusCode::OK, &page, to)
}

#[derive(Template)]
#[template(path = "methods/codes.html")]
struct CodesPage<'a> {
    id: &'a str,
    codes: &'a [String],
}

pub(crate) fn new_codes(id: &str, codes: &[String]) -> Response {
    respond(StatusCode::OK, &CodesPage { id, codes }, None)
}

/// The end of a visit without a client.
pub(crate) fn account_done(is_good: bool) -> Response {
    let (title, sentence) = if is_good {
        ("You are done", "Your ways to confirm are as you left them. You can close this page.")
    } else {
        (
            "Nothing was changed",
            "It was not confirmed that it is you, so your ways to confirm are as they were.",
        )
    };
    let again = if is_good { "Look again" } else { "Try again" };
    let links = vec![(again.to_owned(), "/account".to_owned())];
    respond(StatusCode::OK, &NoticePage { title, sentence, links }, None)
}
