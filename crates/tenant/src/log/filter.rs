//! Which traces are shown. A filter is a query, so that it can be kept and passed on.

use form_urlencoded::Serializer;
use serde::Serialize;

use super::record::{Outcome, Record};
use crate::domain::Parameters;

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Filter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Outcome>,
    /// Words that all stand somewhere in the trace, upper and lower case alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) q: Option<String>,
}

impl Filter {
    /// Reads the query. A value that means nothing counts as absent.
    pub(crate) fn of(parameters: &Parameters) -> Self {
        let text =
            |name| parameters.get(name).map(|value| value.trim().to_owned()).filter(|it| !it.is_empty());
        let outcome =
            parameters.get("outcome").and_then(|name| OUTCOMES.iter().find(|(known, ..)| *known == name));
        Self {
            client: text("client"),
            customer: text("customer"),
            outcome: outcome.map(|(_, outcome, _)| *outcome),
            q: text("q"),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a trace passes; `now` in milliseconds.
    pub(crate) fn admits(&self, record: &Record, now: u64) -> bool {
        let client = record.client.as_ref().map(|client| client.id.as_str());
        let customer = record.customer.as_ref().map(|customer| customer.sub.as_str());
        self.client.as_deref().is_none_or(|wanted| client == Some(wanted))
            && self.customer.as_deref().is_none_or(|wanted| customer == Some(wanted))
            && self.outcome.is_none_or(|wanted| record.outcome(now) == wanted)
            && self.q.as_deref().is_none_or(|words| has(record, words))
    }

    /// The query, without `?`; empty when nothing is left out.
    pub(crate) fn query(&self) -> String {
        let outcome = self.outcome.and_then(|outcome| OUTCOMES.iter().find(|(_, it, _)| *it == outcome));
        let pairs = [
            ("client", self.client.as_deref()),
            ("customer", self.customer.as_deref()),
            ("outcome", outcome.map(|(name, ..)| *name)),
            ("q", self.q.as_deref()),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

/// As in the query, and for people.
pub(crate) const OUTCOMES: [(&str, Outcome, &str); 4] = [
    ("under_way", Outcome::UnderWay, "Under way"),
    ("finished", Outcome::Finished, "Finished"),
    ("refused", Outcome::Refused, "Refused"),
    ("abandoned", Outcome::Abandoned, "Not finished"),
];

fn has(record: &Record, words: &str) -> bool {
    let text = serde_json::to_string(record).unwrap_or_default().to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_through_query() {
        for query in ["", "client=riser", "customer=auth0%7C1001&outcome=refused&q=redirect+uri"] {
            let filter = Filter::of(&Parameters::of_query(Some(query)).unwrap());
            assert_eq!(filter.query(), query);
            assert_eq!(filter.is_empty(), query.is_empty());
        }
        let odd = Parameters::of_query(Some("outcome=<script>&q=++&client=")).unwrap();
        assert!(Filter::of(&odd).is_empty());
    }
}
