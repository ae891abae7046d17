//! What is kept of one trace, and how far it has come.

use serde::{Deserialize, Serialize};

use super::advice::value::Advice;
use super::event::{CustomerName, Event, FactorStep, PasswordOutcome, RefreshTokenStep};
use super::parameters;
use super::registered::Registered;
use crate::domain::{MULTI_FACTOR, Payment};
use crate::random::Fingerprint;

/// More events than a request has that is worth reading.
const MAX_EVENTS: usize = 200;
/// What is asked for by a request that says no more about it.
const LOG_IN: &str = "Log-in";
/// The same, when a second factor is wanted: by the request, or by a script.
const MULTI_FACTOR_LOG_IN: &str = "Log-in with a second factor";
/// Of JSON in one trace: 500 full ones are 32 MiB.
const MAX_BYTES: usize = 64 * 1_024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A request at `/authorize`, until its tokens are with the client.
    Authorization,
    Account,
    /// A request at the token endpoint that belongs to no other trace.
    Token,
    UserInfo,
    LogOut,
    Phone,
    Keys,
    /// A test has set something from outside.
    Control,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    UnderWay,
    Finished,
    Refused,
    /// Nothing came any more, and now it is too late.
    Abandoned,
}

/// An event, when it was, and what is to be said about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) at: u64,
    #[serde(flatten)]
    pub(crate) event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<Advice>,
}

/// A client, by its id and, where it is registered, its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// In milliseconds, like the moments below.
    pub(crate) started: u64,
    pub(crate) client: Option<Application>,
    pub(crate) customer: Option<CustomerName>,
    pub(crate) asked: String,
    pub(crate) scopes: Vec<String>,
    outcome: Outcome,
    ended: Option<u64>,
    /// After this moment nothing can come of it any more.
    deadline: u64,
    pub(crate) events: Vec<Entry>,
    pub(crate) left_out: usize,
    #[serde(skip)]
    bytes: usize,
    /// Values that must not come up in its texts, by name; forgotten when it has ended.
    #[serde(skip)]
    pub(super) secrets: Vec<(String, String)>,
    #[serde(skip)]
    pub(super) codes: Vec<Fingerprint>,
}

impl Record {
    pub(super) fn new(id: String, kind: Kind, started: u64, deadline: u64) -> Self {
        Self {
            id,
            kind,
            started,
            client: None,
            customer: None,
            asked: String::new(),
            scopes: Vec::new(),
            outcome: Outcome::UnderWay,
            ended: None,
            deadline,
            events: Vec::new(),
            left_out: 0,
            bytes: 0,
            secrets: Vec::new(),
            codes: Vec::new(),
        }
    }

    pub(crate) fn outcome(&self, now: u64) -> Outcome {
        if self.outcome == Outcome::UnderWay && now >= self.deadline {
            Outcome::Abandoned
        } else {
            self.outcome
        }
    }

    /// From its start to its end, or to the last event that it has.
    pub(crate) fn duration(&self) -> u64 {
        let last = self.events.last().map(|entry| entry.at);
        self.ended.or(last).unwrap_or(self.started).saturating_sub(self.started)
    }

    /// The error that it ended with, as the client got it.
    pub(crate) fn error(&self) -> Option<String> {
        if self.outcome != Outcome::Refused {
            return None;
        }
        self.events.iter().rev().find_map(|entry| match &entry.event {
            Event::Redirect { error: Some(error), .. } => Some(error.error.clone()),
            Event::TokenRefused { error, .. } => Some(error.clone()),
            Event::UserInfo { refused: Some(refusal), .. } => Some(refusal.error.clone()),
            Event::RefusedPage { .. } => Some("refused_on_page".to_owned()),
            _ => None,
        })
    }

    pub(crate) fn why(&self) -> Option<&str> {
        let refused = self.events.iter().rev().filter(|_| self.outcome == Outcome::Refused);
        refused.filter_map(|entry| entry.advice.as_ref()).map(|advice| advice.why.as_str()).next()
    }

    /// Which page of it this is; every event makes another.
    pub(crate) fn version(&self) -> usize {
        self.events.len() + self.left_out
    }

    pub(crate) fn request(&self) -> &[parameters::Parameter] {
        self.requests().next().unwrap_or_default()
    }

    /// The parameters of its last request: at the token endpoint, where there was one.
    pub(crate) fn last_request(&self) -> &[parameters::Parameter] {
        self.requests().last().unwrap_or_default()
    }

    /// Where its last request went.
    pub(crate) fn last_endpoint(&self) -> &str {
        let mut endpoints = self.events.iter().rev().filter_map(|entry| match &entry.event {
            Event::Request { endpoint, .. } => Some(endpoint.as_str()),
            _ => None,
        });
        endpoints.next().unwrap_or_default()
    }

    fn requests(&self) -> impl Iterator<Item = &[parameters::Parameter]> {
        self.events.iter().filter_map(|entry| match &entry.event {
            Event::Request { parameters, .. } => Some(parameters.as_slice()),
            _ => None,
        })
    }

    /// Adds an event that is clean.
    pub(super) fn add(&mut self, entry: Entry, bytes: usize, registered: &Registered) {
        self.apply_event(&entry, registered);
        if self.events.len() >= MAX_EVENTS || self.bytes + bytes > MAX_BYTES {
            self.left_out += 1;
        } else {
            self.bytes += bytes;
            self.events.push(entry);
        }
    }

    /// What an event says about the whole.
    fn apply_event(&mut self, entry: &Entry, registered: &Registered) {
        let at = entry.at;
        match &entry.event {
            Event::Request { parameters, .. } => self.apply_request(parameters, registered),
            Event::Session { who: Some(who), .. }
            | Event::Password { outcome: PasswordOutcome::Right, who: Some(who), .. }
            | Event::Granted { who, .. } => self.customer = Some(who.clone()),
            // On the log-in page one may try again; a pairing is one attempt.
            Event::Password { .. } if self.kind == Kind::Phone => self.end(Outcome::Refused, at),
            Event::CodeIssued { good_for, .. } => self.deadline = at + 1_000 * good_for,
            // The code is on its way, and the tokens are to come.
            Event::Redirect { error: None, parameters, .. }
                if parameters.iter().any(|name| name == "code") => {}
            Event::Redirect { error: None, .. }
            | Event::CodeRedeemed
            | Event::Keys { .. }
            | Event::RefreshToken {
                step:
                    RefreshTokenStep::Exchanged | RefreshTokenStep::Revoked | RefreshTokenStep::NothingToRevoke,
                ..
            } => {
                self.end(Outcome::Finished, at);
            }
            Event::Redirect { error: Some(_), .. }
            | Event::RefusedPage { .. }
            | Event::TokenRefused { .. }
            | Event::UserInfo { refused: Some(_), .. } => self.end(Outcome::Refused, at),
            // It came with a token of this trace, which has ended before.
            Event::UserInfo { .. } if self.kind == Kind::Authorization => {}
            Event::UserInfo { who, .. } | Event::LogOut { who, .. } => {
                self.customer.clone_from(who);
                self.end(Outcome::Finished, at);
            }
            Event::Factor { step: FactorStep::Asked, .. } if self.asked == LOG_IN => {
                MULTI_FACTOR_LOG_IN.clone_into(&mut self.asked);
            }
            // The answer is a request of its own.
            Event::LogOutPage | Event::StaysLoggedIn => self.end(Outcome::Finished, at),
            Event::Phone { who, .. } => {
                self.customer = Some(who.clone());
                self.end(Outcome::Finished, at);
            }
            _ => {}
        }
    }

    fn apply_request(&mut self, request: &[parameters::Parameter], registered: &Registered) {
        let value = |name| parameters::value(request, name);
        if self.client.is_none() {
            self.client = value("client_id")
                .map(|id| Application { id: id.to_owned(), name: registered.client_name(id) });
        }
        if self.kind != Kind::Authorization || !self.asked.is_empty() {
            return;
        }
        self.scopes = value("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let step_up = registered.step_up_scopes(value("audience"));
        let step_up: Vec<&str> =
            self.scopes.iter().map(String::as_str).filter(|scope| step_up.contains(scope)).collect();
        let payment = value("authorization_details").and_then(|details| Payment::parse(details).ok());
        let multi_factor = value("acr_values").is_some_and(|it| it.split(' ').any(|it| it == MULTI_FACTOR));
        self.asked = match (step_up.as_slice(), payment) {
            ([], _) if multi_factor => MULTI_FACTOR_LOG_IN.to_owned(),
            ([], _) if value("prompt") == Some("none") => "Silent log-in".to_owned(),
            ([], _) => LOG_IN.to_owned(),
            (_, Some(payment)) => format!("Step-up: {} to {}", payment.amount(), payment.recipient()),
            (scopes, None) => format!("Step-up: {}", scopes.join(" ")),
        };
    }

    fn end(&mut self, outcome: Outcome, at: u64) {
        self.outcome = outcome;
        self.ended = Some(at);
        self.secrets.clear();
    }
}
