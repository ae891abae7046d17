//! The pages on which a customer logs in and out.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::prompt::PaymentView;
use super::reasons;
use super::render::{log_in_status, refusing, respond};
use crate::domain::{AuthorizationRequest, LogInError};
use crate::language::Message;
use crate::page_context::{language, t};

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage<'a> {
    client: &'a str,
    id: &'a str,
    csrf_token: &'a str,
    email: &'a str,
    payment: Option<PaymentView<'a>>,
    /// What the customer consents to by going on; nothing where the client does not want that asked.
    consent: Vec<String>,
    error: Option<Message>,
}

pub(crate) fn log_in(
    request: &AuthorizationRequest,
    id: &str,
    csrf_token: &str,
    email: &str,
    error: Option<LogInError>,
) -> Response {
    let client = &request.client.name;
    // What cannot come of the request is not shown as if it could.
    let payment = request.payment_for(&request.scopes).map(PaymentView::of);
    let page = LogInPage {
        client,
        id,
        csrf_token,
        email,
        payment,
        consent: consent(request),
        error: error.map(reasons::log_in_error),
    };
    refusing(log_in_status(error), &page, request.form_target())
}

fn consent(request: &AuthorizationRequest) -> Vec<String> {
    let (person, of_api) = request.requested_consents();
    let person = person.into_iter().map(|scope| t(format!("consent.{scope}")).to_string());
    person.chain(of_api.into_iter().map(|scope| scope.asks_to_in(language().tag).to_owned())).collect()
}

#[derive(Template)]
#[template(path = "log_out.html")]
struct LogOutPage<'a> {
    csrf_token: &'a str,
    query: &'a str,
}

/// Asks whether the session is to end. `query`: what was asked for; `next`: where the browser goes afterwards.
pub(crate) fn log_out(csrf_token: &str, query: &str, next: Option<&str>) -> Response {
    respond(StatusCode::OK, &LogOutPage { csrf_token, query }, next)
}
