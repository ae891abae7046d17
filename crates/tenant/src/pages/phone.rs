//! The pages of the phone.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::notice::NoticePage;
use super::prompt::PromptView;
use super::reasons;
use super::render::{code_status, log_in_status, refusing, respond};
use super::time::Time;
use crate::domain::LogInError;
use crate::language::Message;
use crate::mfa::CodeError;
use crate::page_context::t;
use crate::state::AppState;
use crate::store::{Phone, Push, PushState};

#[derive(Template)]
#[template(path = "phone/pair.html")]
struct PairPage<'a> {
    csrf_token: &'a str,
    email: &'a str,
    error: Option<Message>,
}

pub(crate) fn pair(csrf_token: &str, email: &str, error: Option<LogInError>) -> Response {
    let page = PairPage { csrf_token, email, error: error.map(reasons::log_in_error) };
    refusing(log_in_status(error), &page, None)
}

#[derive(Template)]
#[template(path = "phone/confirm.html")]
struct ConfirmPage<'a> {
    csrf_token: &'a str,
    error: Option<Message>,
}

/// The page that asks whoever knows the password for a second factor, before the phone is paired.
pub(crate) fn confirm_pairing(csrf_token: &str, error: Option<CodeError>) -> Response {
    let page = ConfirmPage { csrf_token, error: error.map(reasons::code_error) };
    refusing(code_status(error), &page, None)
}

#[derive(Template)]
#[template(path = "phone/requests.html")]
struct PhonePage<'a> {
    csrf_token: &'a str,
    seen: &'a str,
    /// Of this very view, for when there is news.
    address: &'static str,
    waiting: usize,
    /// The one that is asked now.
    request: Option<PushRow<'a>>,
    others: Vec<PushRow<'a>>,
    rest: Option<PhoneRest<'a>>,
    notice: Option<AnswerNotice>,
    /// For how many minutes "This was not me" keeps requests away.
    lock: u64,
}

/// What a request that waits has the page for itself without.
struct PhoneRest<'a> {
    customer: &'a str,
    history: Vec<PushRow<'a>>,
    paired: Time,
    phones: usize,
    /// Is it told of requests while its page is closed?
    is_told: bool,
    /// For the browser's subscription.
    web_push_key: &'a str,
}

struct AnswerNotice {
    class: &'static str,
    role: &'static str,
    sentence: Message,
}

struct PushRow<'a> {
    id: &'a str,
    prompt: PromptView<'a>,
    choices: [u8; 3],
    from: Option<&'a str>,
    sent: Time,
    outcome: PushResult,
}

impl<'a> PushRow<'a> {
    fn of(push: &'a Push, now: u64) -> Self {
        Self {
            id: &push.id,
            prompt: PromptView::of(&push.prompt),
            choices: push.choices,
            from: push.from.as_deref(),
            sent: Time::at(push.sent),
            outcome: PushResult::of(push, now),
        }
    }
}

struct PushResult {
    class: &'static str,
    word: Message,
    sentence: Message,
    box_class: &'static str,
}

impl PushResult {
    fn of(push: &Push, now: u64) -> Self {
        let (class, id) = match push.state {
            PushState::Waiting if now < push.expires => ("", "waiting"),
            PushState::Waiting => ("", "not_answered"),
            PushState::Approved if now >= push.expires => ("", "not_used"),
            PushState::Approved | PushState::Used => ("yes", "approved"),
            PushState::Denied => ("no", "denied"),
            PushState::WrongNumber => ("no", "wrong_number"),
            PushState::NotMe => ("no", "not_me"),
            PushState::Withdrawn => ("", "withdrawn"),
        };
        let box_class = match class {
            "yes" => "good",
            "no" => "alert",
            _ => "note",
        };
        let sentence = t(format!("request_outcome.{id}"));
        Self { class, word: t(format!("request_outcome.{id}.word")), sentence, box_class }
    }
}

pub(crate) struct PhoneView<'a> {
    pub(crate) phone: &'a Phone,
    pub(crate) customer: &'a str,
    pub(crate) phones: usize,
    pub(crate) seen: &'a str,
    /// The newest first.
    pub(crate) waiting: &'a [Push],
    /// The one to show of those that wait, instead of the newest.
    pub(crate) chosen: Option<&'a str>,
    /// The customer wants to see what was, although something waits.
    pub(crate) wants_history: bool,
    pub(crate) history: &'a [Push],
    pub(crate) answered: Option<&'a Push>,
}

pub(crate) fn phone(state: &AppState, shown: &PhoneView<'_>) -> Response {
    let now = state.now();
    let lock = state.limits.push_lock.div_ceil(60);
    let chosen =
        shown.waiting.iter().position(|push| Some(push.id.as_str()) == shown.chosen).unwrap_or_default();
    let mut others: Vec<PushRow<'_>> = shown.waiting.iter().map(|push| PushRow::of(push, now)).collect();
    let request = (!shown.wants_history && !others.is_empty()).then(|| others.remove(chosen));
    let rest = request.is_none().then(|| PhoneRest {
        customer: shown.customer,
        history: shown.history.iter().map(|push| PushRow::of(push, now)).collect(),
        paired: Time::at(shown.phone.paired),
        phones: shown.phones,
        is_told: shown.phone.subscription.is_some(),
        web_push_key: state.web_push.public_key(),
    });
    let page = PhonePage {
        csrf_token: &shown.phone.csrf_token,
        seen: shown.seen,
        address: if shown.wants_history { "/phone?view=history" } else { "/phone" },
        waiting: shown.waiting.len(),
        request,
        others,
        rest,
        notice: shown.answered.and_then(|push| answer_notice(push.state, lock)),
        lock,
    };
    respond(StatusCode::OK, &page, None)
}

fn answer_notice(state: PushState, lock: u64) -> Option<AnswerNotice> {
    let good = |id: &'static str| Some(AnswerNotice { class: "good", role: "status", sentence: t(id) });
    let alert = |sentence: Message| Some(AnswerNotice { class: "alert", role: "alert", sentence });
    match state {
        PushState::Approved | PushState::Used => good("phone_answer.approved"),
        PushState::Denied => good("phone_answer.denied"),
        PushState::WrongNumber => alert(t("phone_answer.wrong_number")),
        PushState::NotMe => alert(t("phone_answer.not_me").count(lock)),
        PushState::Waiting | PushState::Withdrawn => None,
    }
}

#[derive(Template)]
#[template(path = "phone/request.html")]
struct RequestPage<'a> {
    prompt: PromptView<'a>,
    from: Option<&'a str>,
    sent: Time,
    answered: Option<Time>,
    outcome: PushResult,
}

pub(crate) fn request(push: &Push, now: u64) -> Response {
    let PushRow { prompt, from, sent, outcome, .. } = PushRow::of(push, now);
    let answered = push.answered.map(Time::at);
    respond(StatusCode::OK, &RequestPage { prompt, from, sent, answered, outcome }, None)
}

/// An answer of the phone to a question that is no longer asked and never was answered.
pub(crate) fn too_late() -> Response {
    let links = vec![(t("too_late.back").to_string(), "/phone".to_owned())];
    let (title, sentence) = (t("too_late.title").to_string(), t("too_late.sentence").to_string());
    respond(StatusCode::CONFLICT, &NoticePage { title, sentence, links }, None)
}

#[derive(Template)]
#[template(path = "phone/offline.html")]
struct OfflinePage;

pub(crate) fn offline() -> Response {
    respond(StatusCode::OK, &OfflinePage, None)
}
