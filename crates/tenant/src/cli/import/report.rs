//! What an export has and the tenant has not, each with its place.

use std::fmt;

use super::place::Place;

#[derive(Debug, Default)]
pub(super) struct Report(Vec<(Place, String, String)>);

impl Report {
    /// `what`: the value, as in `clients[0].refresh_token`.
    pub(super) fn add(&mut self, place: &Place, what: impl Into<String>, why: impl Into<String>) {
        self.0.push((place.clone(), what.into(), why.into()));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "\nNot taken over, or to be looked at:")?;
        self.0.iter().try_for_each(|(place, what, why)| writeln!(formatter, "  {place}: {what}: {why}"))
    }
}
