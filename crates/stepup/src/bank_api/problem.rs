//! What a refusal of the bank says (RFC 9457), and the page's words for it.

use alloc::{borrow::ToOwned, format, string::String};

use crate::{
    bank_api::challenge::Challenge,
    domain::{AuthenticationRequirement, Problem},
    http::{HttpResponse, NetworkError},
    json::{Json, Object},
};

/// RFC 9457.
#[derive(Debug, Default)]
pub(super) struct ProblemDetails {
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) detail: String,
    /// The bank's own member: this will never be otherwise.
    pub(super) is_final: bool,
}

impl ProblemDetails {
    /// From a body that is a problem, or anything else.
    pub(super) fn of(answer: &HttpResponse) -> Self {
        Self::read(&Object::parse(&answer.body).unwrap_or_default())
    }

    pub(super) fn read(object: &Object) -> Self {
        let text = |name| object.text(name).unwrap_or_default();
        let is_final = object.get("final") == Some(&Json::Bool(true));
        Self { kind: text("type"), title: text("title"), detail: text("detail"), is_final }
    }

    /// The last part of the type: `urn:riser:problem:insufficient-funds` is `insufficient-funds`.
    pub(super) fn code(&self) -> &str {
        self.kind.rsplit([':', '/']).next().unwrap_or_default()
    }

    pub(super) fn cause(&self, status: u16) -> String {
        let text: String = format!("{}: {}", self.title, self.detail).chars().take(300).collect();
        if self.kind.is_empty() { format!("the bank answered {status}") } else { format!("{status} {text}") }
    }
}

/// How long Riser waits by itself, in seconds. Whoever is told to wait longer looks after it.
pub(super) const MAX_AUTOMATIC_WAIT: u32 = 120;

/// The longest wait that counts, in seconds: a day. Browsers keep timers in 31 bits, and a longer one would go off at once.
pub(super) const MAX_RETRY_AFTER: u32 = 24 * 60 * 60;

/// In how many seconds the bank wants to be asked again, if it says so.
pub(super) fn retry_after(answer: &HttpResponse) -> Option<u32> {
    let wait = answer.retry_after.filter(|_| matches!(answer.status, 429 | 503))?;
    Some(wait.clamp(1, MAX_RETRY_AFTER))
}

/// The same in milliseconds, if that is soon.
pub(super) fn automatic_retry_ms(answer: &HttpResponse) -> Option<u32> {
    retry_after(answer).filter(|wait| *wait <= MAX_AUTOMATIC_WAIT).map(|wait| wait * 1000)
}

/// Which authentication a 401 asks for, when that is what is missing (RFC 9470 3). One that names nothing in particular
/// asks for a second factor.
pub(super) fn required_authentication(answer: &HttpResponse) -> Option<AuthenticationRequirement> {
    let challenge = bearer_challenge(answer).filter(Challenge::asks_to_authenticate)?;
    Some(if challenge.requirement.is_empty() {
        AuthenticationRequirement::second_factor()
    } else {
        challenge.requirement
    })
}

pub(super) fn bearer_challenge(answer: &HttpResponse) -> Option<Challenge> {
    answer.www_authenticate.as_deref().and_then(Challenge::parse)
}

/// The page's words for a bank that cannot be reached.
pub(crate) fn unreachable(error: &NetworkError) -> Problem {
    let cause = match error {
        NetworkError::Unreachable(cause) => cause.clone(),
        NetworkError::TimedOut => "no answer in time".to_owned(),
    };
    Problem::new("api.unreachable", cause)
}

/// The page's words for a bank that answers with an error.
pub(crate) fn down(cause: String) -> Problem {
    Problem::new("api.down", cause)
}

pub(super) fn busy(cause: String) -> Problem {
    Problem::new("api.busy", cause)
}
