//! What came of a trial.

mod junit;
mod text;

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cases::{Case, RequestStyle};

/// What a client did with each misbehaviour.
#[derive(Debug)]
pub struct Report {
    pub start: String,
    pub client_id: String,
    pub style: RequestStyle,
    pub results: Vec<CaseReport>,
    pub seconds: f64,
}

#[derive(Debug)]
pub struct CaseReport {
    pub case: &'static Case,
    pub verdict: Verdict,
    /// Why a client that asks in this way may accept it; `None` where it must not.
    pub permission: Option<&'static str>,
    /// The page then, or why the fault did not happen.
    pub note: String,
    pub seconds: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The fault happened, and the client did not succeed.
    Refused,
    /// The fault happened, and the client succeeded.
    Accepted,
    /// The fault did not happen.
    NotReached,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Accepted => "accepted",
            Self::NotReached => "not reached",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    Json,
    /// As CI systems read test results
    Junit,
}

impl CaseReport {
    pub(crate) fn new(
        case: &'static Case,
        verdict: Verdict,
        style: RequestStyle,
        note: String,
        took: Duration,
    ) -> Self {
        Self { case, verdict, permission: case.rule.permission(style), note, seconds: took.as_secs_f64() }
    }

    /// The client has accepted what it must refuse.
    pub fn is_bad(&self) -> bool {
        self.verdict == Verdict::Accepted && self.permission.is_none()
    }
}

impl Report {
    /// Whether nothing was accepted that must be refused.
    pub fn is_safe(&self) -> bool {
        !self.results.iter().any(CaseReport::is_bad)
    }

    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text => text::render(self),
            Format::Json => format!("{:#}\n", self.json()),
            Format::Junit => junit::render(self),
        }
    }

    fn json(&self) -> Value {
        let results = self.results.iter().map(|result| {
            let case = result.case;
            json!({
                "name": case.name,
                "fault": case.fault,
                "phase": case.phase,
                "verdict": result.verdict,
                "bad": result.is_bad(),
                "may_accept": result.permission,
                "specification": case.specification,
                "gain": case.gain,
                "remedy": case.remedy,
                "note": result.note,
                "seconds": rounded(result.seconds),
            })
        });
        json!({
            "start": self.start,
            "client_id": self.client_id,
            "requests": self.style,
            "safe": self.is_safe(),
            "seconds": rounded(self.seconds),
            "results": results.collect::<Vec<_>>(),
        })
    }

    fn count(&self, is_wanted: impl Fn(&CaseReport) -> bool) -> usize {
        self.results.iter().filter(|result| is_wanted(result)).count()
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests;
