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

/// How a trace ended, as a class and as a word.
pub(super) fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::UnderWay => ("under-way", "Under way"),
        Outcome::Finished => ("finished", "Finished"),
        Outcome::Refused => ("refused", "Refused"),
        Outcome::Abandoned => ("abandoned", "Not finished"),
    }
}

pub(super) fn title(record: &Record) -> &str {
    match record.kind {
        Kind::Authorization if record.asked.is_empty() => "Request",
        Kind::Authorization => &record.asked,
        Kind::Account => "Account page",
        Kind::Token => "Token request",
        Kind::UserInfo => "Userinfo",
        Kind::LogOut => "Log-out",
        Kind::Phone => "Phone",
        Kind::Keys => "Keys",
    }
}

pub(super) fn client(record: &Record) -> String {
    record.client.as_ref().map(name_of).unwrap_or_default()
}

/// The client's name, or what it called itself.
pub(super) fn name_of(client: &Application) -> String {
    client.name.clone().unwrap_or_else(|| format!("{} (not registered)", client.id))
}

pub(super) fn customer(record: &Record) -> &str {
    record.customer.as_ref().map(|customer| customer.name.as_str()).unwrap_or_default()
}
