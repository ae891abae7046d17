//! The pages on which a customer looks after the ways to confirm.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::notice::NoticePage;
use super::render::{code_status, refusing, respond};
use super::second_factor::AuthenticatorAppSetup;
use crate::mfa::{CodeError, EnrollmentOverview};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "methods/overview.html")]
struct OverviewPage<'a> {
    id: &'a str,
    overview: &'a EnrollmentOverview,
    /// Who waits for its answer, when that is not the tenant itself.
    client: Option<&'a str>,
    phone: &'a str,
}

#[derive(Template)]
#[template(path = "methods/app.html")]
struct AppPage<'a> {
    id: &'a str,
    overview: &'a EnrollmentOverview,
    setup: AuthenticatorAppSetup,
    error: Option<String>,
}

/// What there is; or the app that is being set up, and why its code was not accepted.
pub(crate) fn methods(
    state: &AppState,
    id: &str,
    overview: &EnrollmentOverview,
    error: Option<CodeError>,
) -> Response {
    let EnrollmentOverview { request, customer, secret, .. } = overview;
    let to = request.form_target();
    if let Some(secret) = secret {
        let setup = AuthenticatorAppSetup::of(secret, &state.name, &customer.email);
        let page = AppPage { id, overview, setup, error: error.map(|error| error.to_string()) };
        return refusing(code_status(error), &page, to);
    }
    let client = (!request.is_own()).then_some(request.client.name.as_str());
    respond(StatusCode::OK, &OverviewPage { id, overview, client, phone: &state.url("phone") }, to)
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
