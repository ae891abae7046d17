//! Moments, as pages show them.

use crate::log::time;

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
        let people = machine.get(11..16).map(|time| format!("{time} UTC")).unwrap_or_default();
        let long = machine.get(..10).map(|day| format!("{day}, {people}")).unwrap_or_default();
        Self { machine, people, long }
    }
}
