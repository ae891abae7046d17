//! Moments, as pages show them.

use jiff::Timestamp;

/// A moment, for machines and for people.
pub(super) struct Time {
    pub(super) machine: String,
    /// `08:53 UTC`. The script shows the local time instead, which only the browser knows.
    pub(super) people: String,
    /// `2025-10-09, 08:53 UTC`
    pub(super) long: String,
}

impl Time {
    /// Of Unix seconds.
    pub(super) fn at(seconds: u64) -> Self {
        let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let machine = moment.unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        let people = machine.get(11..16).map(|time| format!("{time} UTC")).unwrap_or_default();
        let long = machine.get(..10).map(|day| format!("{day}, {people}")).unwrap_or_default();
        Self { machine, people, long }
    }
}
