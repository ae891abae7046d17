//! Words for what a trace holds.

use crate::log::record::{Application, Kind, Outcome, Record};
use crate::log::time;

/// A moment, for machines and for people. The script shows the local time instead, which only the browser knows.
pub(super) struct Moment {
    pub(super) machine: String,
    pub(super) people: String,
}

impl Moment {
    pub(super) fn at(milliseconds: u64) -> Self {
        Self { machine: time::machine(milliseconds), people: time::people(milliseconds) }
    }
}

/// A trace in a few words.
pub(super) struct Summary {
    pub(super) id: String,
    /// Of its outcome.
    pub(super) class: &'static str,
    pub(super) outcome: &'static str,
    pub(super) title: String,
    pub(super) scopes: String,
    pub(super) error: Option<String>,
    pub(super) why: String,
    pub(super) client: String,
    pub(super) customer: String,
    pub(super) started: Moment,
    pub(super) lasted: String,
    pub(super) events: usize,
}

impl Summary {
    pub(super) fn of(record: &Record, now: u64) -> Self {
        let (class, outcome) = match record.outcome(now) {
            Outcome::UnderWay => ("under-way", "Under way"),
            Outcome::Finished => ("finished", "Finished"),
            Outcome::Refused => ("refused", "Refused"),
            Outcome::Abandoned => ("abandoned", "Not finished"),
        };
        let title = match record.kind {
            Kind::Authorization if record.asked.is_empty() => "Request",
            Kind::Authorization => &record.asked,
            Kind::Account => "Account page",
            Kind::Token => "Token request",
            Kind::UserInfo => "Userinfo",
            Kind::LogOut => "Log-out",
            Kind::Phone => "Phone",
            Kind::Keys => "Keys",
            Kind::Control => "Driven by a test",
        };
        Self {
            id: record.id.clone(),
            class,
            outcome,
            title: title.to_owned(),
            scopes: record.scopes.join(" "),
            error: record.error(),
            why: record.why().unwrap_or_default().to_owned(),
            client: record.client.as_ref().map(name_of).unwrap_or_default(),
            customer: record.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default(),
            started: Moment::at(record.started),
            lasted: time::lasted(record.duration()),
            events: record.version(),
        }
    }
}

/// The client's name, or what it called itself.
pub(super) fn name_of(client: &Application) -> String {
    client.name.clone().unwrap_or_else(|| format!("{} (not registered)", client.id))
}
