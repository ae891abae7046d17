//! What people see: plain HTML from the templates in `templates/`, whose values askama escapes.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use jiff::Timestamp;

use crate::endpoints::authorize::Request;
use crate::endpoints::credentials::LogInError;
use crate::http;
use crate::payment::Payment;
use crate::state::State;
use crate::store::{Push, PushState};

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
    refusing(error, &page, Some(&request.to.redirect_uri))
}

#[derive(Template)]
#[template(path = "mfa.html")]
struct MfaPage<'a> {
    id: &'a str,
    form_token: &'a str,
    number: u8,
    sentences: &'a [String],
    payment: Option<&'a Payment>,
    sent: Time,
    expires: Time,
    phone: &'a str,
}

/// The number to choose on the phone.
pub(crate) fn mfa(request: &Request, id: &str, form_token: &str, push: &Push, phone: &str) -> Response {
    let page = MfaPage {
        id,
        form_token,
        number: push.number,
        sentences: &push.asked.sentences,
        payment: push.asked.payment.as_ref(),
        sent: Time::at(push.sent),
        expires: Time::at(push.expires),
        phone,
    };
    respond(StatusCode::OK, &page, Some(&request.to.redirect_uri))
}

#[derive(Template)]
#[template(path = "pair.html")]
struct PairPage<'a> {
    form_token: &'a str,
    email: &'a str,
    error: Option<String>,
}

/// The page on which a phone is paired.
pub(crate) fn pair(form_token: &str, email: &str, error: Option<LogInError>) -> Response {
    let page = PairPage { form_token, email, error: error.map(|error| error.to_string()) };
    refusing(error, &page, None)
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhonePage<'a> {
    customer: &'a str,
    form_token: &'a str,
    seen: &'a str,
    requests: Vec<Shown<'a>>,
    said: Option<Said>,
}

/// What became of the last answer.
struct Said {
    class: &'static str,
    role: &'static str,
    sentence: &'static str,
}

struct Shown<'a> {
    push: &'a Push,
    payment: Option<&'a Payment>,
    sent: Time,
}

impl<'a> Shown<'a> {
    fn of(push: &'a Push) -> Self {
        Self { push, payment: push.asked.payment.as_ref(), sent: Time::at(push.sent) }
    }
}

/// What the customer is asked; `answered` is the push that was answered just before.
pub(crate) fn phone(
    customer: &str,
    form_token: &str,
    seen: &str,
    waiting: &[Push],
    answered: Option<&Push>,
) -> Response {
    let requests = waiting.iter().map(Shown::of).collect();
    let said = answered.and_then(|push| said(push.state));
    respond(StatusCode::OK, &PhonePage { customer, form_token, seen, requests, said }, None)
}

fn said(state: PushState) -> Option<Said> {
    let good = |sentence| Some(Said { class: "good", role: "status", sentence });
    match state {
        PushState::Approved | PushState::Used => good("Approved. You can go back to the other page now."),
        PushState::Denied => good("Denied. Nothing was approved."),
        PushState::WrongNumber => Some(Said {
            class: "alert",
            role: "alert",
            sentence: "That was not the number on the other page, so the request was denied for good. If you did not \
                       start it yourself, tell your bank.",
        }),
        PushState::Waiting | PushState::Withdrawn => None,
    }
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

/// A page that was gone back to after its request has had its answer.
pub(crate) fn finished(request: &Request) -> Response {
    let client = &request.client.name;
    let sentence = format!("{client} has had its answer. To do the same again, start again there.");
    let ways_on = vec![(format!("Go to {client}"), request.to.home())];
    let page = NoticePage { title: "This request is finished", sentence: &sentence, ways_on };
    respond(StatusCode::GONE, &page, None)
}

/// A form that did not come from its page.
pub(crate) fn forged(state: &State) -> Response {
    let sentence = "The form did not come from a page of this sign-in service that is still valid. Nothing was done. \
                    Go back, load the page again, and try once more.";
    notice(state, StatusCode::FORBIDDEN, "This could not be accepted", sentence)
}

/// An answer of the phone to a question that is no longer asked and never was answered.
pub(crate) fn too_late() -> Response {
    let sentence = "It was withdrawn, or too much time has passed. Nothing was approved.";
    let ways_on = vec![("Back to your phone's requests".to_owned(), "/phone".to_owned())];
    let page = NoticePage { title: "This request is no longer open", sentence, ways_on };
    respond(StatusCode::CONFLICT, &page, None)
}

/// A page with a form that was perhaps not accepted.
fn refusing(error: Option<LogInError>, page: &impl Template, redirect_uri: Option<&str>) -> Response {
    let status = error.map_or(StatusCode::OK, LogInError::status);
    let later = error.and_then(LogInError::retry_after).map(|wait| [(header::RETRY_AFTER, wait.to_string())]);
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

/// A moment, for machines and for people.
struct Time {
    machine: String,
    people: String,
}

impl Time {
    fn at(seconds: u64) -> Self {
        let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let machine = moment.unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        // The script shows the local time instead, which only the browser knows.
        let people = machine.get(11..16).map(|time| format!("{time} UTC")).unwrap_or_default();
        Self { machine, people }
    }
}
