//! The pages on which a customer looks after the ways to confirm.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::notice::NoticePage;
use super::reasons;
use super::render::{code_status, refusing, respond};
use super::second_factor::AuthenticatorAppSetup;
use crate::language::Message;
use crate::mfa::{CodeError, EnrollmentOverview};
use crate::page_context::t;
use crate::state::AppState;
use crate::store::EnrollmentNotice;

#[derive(Template)]
#[template(path = "methods/overview.html")]
struct OverviewPage<'a> {
    id: &'a str,
    overview: &'a EnrollmentOverview,
    notice: Option<Message>,
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
    error: Option<Message>,
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
        let page = AppPage { id, overview, setup, error: error.map(reasons::code_error) };
        return refusing(code_status(error), &page, to);
    }
    let client = (!request.is_own()).then_some(request.client.name.as_str());
    let notice = overview.notice.map(notice);
    respond(StatusCode::OK, &OverviewPage { id, overview, notice, client, phone: &state.url("phone") }, to)
}

fn notice(notice: EnrollmentNotice) -> Message {
    match notice {
        EnrollmentNotice::AppSetUp => t("methods.app_set_up"),
        EnrollmentNotice::AppRemoved => t("methods.app_removed"),
        EnrollmentNotice::RecoveryCodesLeft(0) => t("methods.last_code"),
        EnrollmentNotice::RecoveryCodesLeft(left) => t("methods.recovery_codes_left").count(left),
    }
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
    let [title, sentence, again] = if is_good {
        ["account.done.title", "account.done.sentence", "account.done.again"]
    } else {
        ["account.unchanged.title", "account.unchanged.sentence", "account.unchanged.again"]
    }
    .map(|id| t(id).to_string());
    let links = vec![(again, "/account".to_owned())];
    respond(StatusCode::OK, &NoticePage { title, sentence, links }, None)
}
