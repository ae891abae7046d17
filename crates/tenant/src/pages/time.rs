//! Moments, as pages show them.

use crate::log::time;
use crate::page_context::t;

pub(super) struct Time {
    pub(super) machine: String,
    /// `08:53 UTC`. The script shows the local time instead, which only the browser knows.
    pub(super) people: String,
    /// `2025-10-09, 08:53 UTC`
    pub(super) long: String,
}

impl Time {
    pub(super) fn at(seconds: u64) -> Self {
        let machine = time::machine(1_000 * seconds);
        let part = |range| machine.get(range).unwrap_or_default();
        let people = t("time.of_day").with("time", part(11..16)).to_string();
        let day = t("time.day").with("year", part(0..4)).with("month", part(5..7)).with("day", part(8..10));
        let long = day.with("time", &people).to_string();
        Self { machine, people, long }
    }
}
