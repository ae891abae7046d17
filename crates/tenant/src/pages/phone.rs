//! The pages of the phone.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::notice::NoticePage;
use super::render::{code_status, log_in_status, refusing, respond};
use super::time::Time;
use crate::domain::{LogInError, Payment};
use crate::mfa::CodeError;
use crate::state::AppState;
use crate::store::{Phone, Push, PushState};

#[derive(Template)]
#[template(path = "phone/pair.html")]
struct PairPage<'a> {
    csrf_token: &'a str,
    email: &'a str,
    error: Option<String>,
}

pub(crate) fn pair(csrf_token: &str, email: &str, error: Option<LogInError>) -> Response {
    let page = PairPage { csrf_token, email, error: error.map(|error| error.to_string()) };
    refusing(log_in_status(error), &page, None)
}

#[derive(Template)]
#[template(path = "phone/confirm.html")]
struct ConfirmPage<'a> {
    csrf_token: &'a str,
    error: Option<String>,
}

/// The page that asks whoever knows the password for a second factor, before the phone is paired.
pub(crate) fn confirm_pairing(csrf_token: &str, error: Option<CodeError>) -> Response {
    let page = ConfirmPage { csrf_token, error: error.map(|error| error.to_string()) };
    refusing(code_status(error), &page, None)
}

#[derive(Template)]
#[template(path = "phone/requests.html")]
struct PhonePage<'a> {
    customer: &'a str,
    csrf_token: &'a str,
    seen: &'a str,
    requests: Vec<PushRow<'a>>,
    history: Vec<PushRow<'a>>,
    notice: Option<AnswerNotice>,
    /// For how many minutes "This was not me" keeps requests away.
    lock: u64,
    paired: Time,
    phones: usize,
}

struct AnswerNotice {
    class: &'static str,
    role: &'static str,
    sentence: String,
}

struct PushRow<'a> {
    push: &'a Push,
    payment: Option<&'a Payment>,
    sent: Time,
    outcome: PushResult,
}

impl<'a> PushRow<'a> {
    fn of(push: &'a Push, now: u64) -> Self {
        let payment = push.prompt.payment.as_ref();
        Self { push, payment, sent: Time::at(push.sent), outcome: PushResult::of(push, now) }
    }
}

struct PushResult {
    class: &'static str,
    word: &'static str,
    sentence: &'static str,
    box_class: &'static str,
}

impl PushResult {
    fn of(push: &Push, now: u64) -> Self {
        let (class, word, sentence) = match push.state {
            PushState::Waiting if now < push.expires => ("", "Waiting", "It is waiting for your answer."),
            PushState::Waiting => ("", "Not answered", "Nobody answered in time. Nothing was approved."),
            PushState::Approved if now >= push.expires => (
                "",
                "Not used",
                "You approved it, but the other page did not go on in time. Nothing came of it.",
            ),
            PushState::Approved | PushState::Used => ("yes", "Approved", "You approved it."),
            PushState::Denied => ("no", "Denied", "You denied it. Nothing was approved."),
            PushState::WrongNumber => {
                ("no", "Wrong number", "A wrong number was chosen, so it was denied. Nothing was approved.")
            }
            PushState::NotMe => {
                let sentence = "You said that this was not you. Nothing was approved, and the other browser was \
                                signed out.";
                ("no", "Not you", sentence)
            }
            PushState::Withdrawn => (
                "",
                "Cancelled",
                "It was cancelled on the other page, or the session there ended. Nothing came of it.",
            ),
        };
        let box_class = match class {
            "yes" => "good",
            "no" => "alert",
            _ => "note",
        };
        Self { class, word, sentence, box_class }
    }
}

pub(crate) struct PhoneView<'a> {
    pub(crate) phone: &'a Phone,
    pub(crate) customer: &'a str,
    pub(crate) phones: usize,
    pub(crate) seen: &'a str,
    pub(crate) waiting: &'a [Push],
    pub(crate) history: &'a [Push],
    pub(crate) answered: Option<&'a Push>,
}

pub(crate) fn phone(state: &AppState, shown: &PhoneView<'_>) -> Response {
    let now = state.now();
    let lock = state.limits.push_lock.div_ceil(60);
    let page = PhonePage {
        customer: shown.customer,
        csrf_token: &shown.phone.csrf_token,
        seen: shown.seen,
        requests: shown.waiting.iter().map(|push| PushRow::of(push, now)).collect(),
        history: shown.history.iter().map(|push| PushRow::of(push, now)).collect(),
        notice: shown.answered.and_then(|push| answer_notice(push.state, lock)),
        lock,
        paired: Time::at(shown.phone.paired),
        phones: shown.phones,
    };
    respond(StatusCode::OK, &page, None)
}

fn answer_notice(state: PushState, lock: u64) -> Option<AnswerNotice> {
    let good =
        |sentence: &str| Some(AnswerNotice { class: "good", role: "status", sentence: sentence.to_owned() });
    let alert = |sentence: String| Some(AnswerNotice { class: "alert", role: "alert", sentence });
    match state {
        PushState::Approved | PushState::Used => good("Approved. You can go back to the other page now."),
        PushState::Denied => good("Denied. Nothing was approved."),
        PushState::WrongNumber => alert(
            "That was not the number on the other page, so the request was denied for good. If you did not start it \
             yourself, tell your bank."
                .to_owned(),
        ),
        PushState::NotMe => alert(format!(
            "Nothing was approved. The other browser was signed out, and your phone is left alone for {lock} minutes. \
             Somebody may know your password: tell your bank now, and get a new one."
        )),
        PushState::Waiting | PushState::Withdrawn => None,
    }
}

#[derive(Template)]
#[template(path = "phone/request.html")]
struct RequestPage<'a> {
    push: &'a Push,
    payment: Option<&'a Payment>,
    sent: Time,
    answered: Option<Time>,
    outcome: PushResult,
}

pub(crate) fn request(push: &Push, now: u64) -> Response {
    let PushRow { push, payment, sent, outcome } = PushRow::of(push, now);
    let answered = push.answered.map(Time::at);
    respond(StatusCode::OK, &RequestPage { push, payment, sent, answered, outcome }, None)
}

/// An answer of the phone to a question that is no longer asked and never was answered.
pub(crate) fn too_late() -> Response {
    let sentence = "It was withdrawn, or too much time has passed. Nothing was approved.";
    let links = vec![("Back to your phone's requests".to_owned(), "/phone".to_owned())];
    let page = NoticePage { title: "This request is no longer open", sentence, links };
    respond(StatusCode::CONFLICT, &page, None)
}

#[derive(Template)]
#[template(path = "phone/offline.html")]
struct OfflinePage;

pub(crate) fn offline() -> Response {
    respond(StatusCode::OK, &OfflinePage, None)
}
