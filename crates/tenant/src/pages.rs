//! What people see: plain HTML from the templates in `templates/`, whose values askama escapes.

mod methods;
mod phone;
mod second_factor;
mod time;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::endpoints::authorize::Request;
use crate::endpoints::credentials::LogInError;
use crate::http;
use crate::payment::Payment;
use crate::state::State;

pub(crate) use methods::{account_done, methods, new_codes};
pub(crate) use phone::{OnPhone, confirm_pairing, offline, pair, phone, request, too_late};
pub(crate) use second_factor::{second_factor, ways};
use time::Time;

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage<'a> {
    client: &'a str,
    id: &'a str,
    form_token: &'a str,
    email: &'a str,
    payment: Option<&'a Payment>,
    /// What the customer consents to by going on; nothing where the client does not want that asked.
    consent: Vec<&'a str>,
    error: Option<String>,
}

/// The log-in page of a request.
pub(crate) fn log_in(
    request: &Request,
    id: &str,
    form_token: &str,
    email: &str,
    error: Option<LogInError>,
) -> Response {
    let client = &request.client.name;
    // What cannot come of the request is not shown as if it could.
    let payment = request.payment_for(&request.scopes);
    let error_text = error.map(|error| error.to_string());
    let consent = request.consents_to();
    let page = LogInPage { client, id, form_token, email, payment, consent, error: error_text };
    let how = error.map_or((StatusCode::OK, None), |error| (error.status(), error.retry_after()));
    refusing(how, &page, request.leads_to())
}

#[derive(Template)]
#[template(path = "log_out.html")]
struct LogOutPage<'a> {
    form_token: &'a str,
    query: &'a str,
}

/// Asks whether the session is to end. `query`: what was asked for; `next`: where the browser goes afterwards.
pub(crate) fn log_out(form_token: &str, query: &str, next: Option<&str>) -> Response {
    respond(StatusCode::OK, &LogOutPage { form_token, query }, next)
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    title: &'a str,
    sentence: &'a str,
    /// Names and addresses.
    ways_on: Vec<(String, String)>,
}

/// A page that says one thing, with ways back to the applications.
pub(crate) fn notice(state: &State, status: StatusCode, title: &str, sentence: &str) -> Response {
    respond(status, &NoticePage { title, sentence, ways_on: ways_to_clients(state) }, None)
}

fn ways_to_clients(state: &State) -> Vec<(String, String)> {
    let home = |uri: &String| crate::config::origin_of(uri).map(|origin| format!("{origin}/"));
    let mut ways_on: Vec<(String, String)> = state
        .clients
        .values()
        .filter_map(|client| Some((format!("Go to {}", client.name), home(client.redirect_uris.first()?)?)))
        .collect();
    ways_on.sort();
    ways_on
}

/// A request of a client that cannot be answered, since it is not certain whose it is. `log`: the trace that tells more,
/// for whoever may see it.
pub(crate) fn refused(state: &State, sentence: &str, log: Option<&str>) -> Response {
    let mut ways_on: Vec<(String, String)> = log
        .map(|id| ("See in the tenant's log what was wrong".to_owned(), format!("/log/{id}")))
        .into_iter()
        .collect();
    ways_on.extend(ways_to_clients(state));
    let title = "The application sent a request that cannot be answered";
    respond(StatusCode::BAD_REQUEST, &NoticePage { title, sentence, ways_on }, None)
}

#[derive(Template)]
#[template(path = "finished.html")]
struct FinishedPage<'a> {
    client: &'a str,
    home: &'a str,
}

/// A page of a request that has had its answer. Back goes on to the client by itself.
pub(crate) fn finished(request: &Request) -> Response {
    let home = if request.is_own() { "/account".to_owned() } else { request.to.home() };
    respond(StatusCode::GONE, &FinishedPage { client: &request.client.name, home: &home }, None)
}

/// A form that did not come from its page.
pub(crate) fn forged(state: &State) -> Response {
    let sentence = "The form did not come from a page of this sign-in service that is still valid. Nothing was done. \
                    Go back, load the page again, and try once more.";
    notice(state, StatusCode::FORBIDDEN, "This could not be accepted", sentence)
}

/// A page with a form that was not accepted, and after how many seconds it makes sense to try again.
fn refusing(
    (status, retry_after): (StatusCode, Option<u64>),
    page: &impl Template,
    redirect_uri: Option<&str>,
) -> Response {
    let later = retry_after.map(|wait| [(header::RETRY_AFTER, wait.to_string())]);
    (later, respond(status, page, redirect_uri)).into_response()
}

pub(crate) fn respond(status: StatusCode, page: &impl Template, redirect_uri: Option<&str>) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, http::content_security_policy(redirect_uri))];
    match page.render() {
        Ok(html) => (status, policy, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
