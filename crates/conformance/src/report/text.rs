//! For people: a line for each misbehaviour, and what to do about those that matter.

use std::fmt::Write as _;

use super::{CaseReport, Report, Verdict};
use crate::cases::{Flow, Phase};

const INDENT: &str = "               ";

pub(super) fn render(report: &Report) -> String {
    let flow = match report.style.flow {
        Flow::Code => "code flow",
        Flow::Implicit => "implicit flow",
    };
    let mut text = format!("{} ({}, {flow})\n", report.start, report.client_id);
    for phase in [Phase::LogIn, Phase::StepUp] {
        let results: Vec<_> = report.results.iter().filter(|result| result.case.phase == phase).collect();
        if !results.is_empty() {
            let _ = write!(text, "\n{}\n", phase.name());
        }
        for result in results {
            line(&mut text, result);
        }
    }
    let permitted = |result: &CaseReport| result.verdict == Verdict::Accepted && !result.is_bad();
    let _ = writeln!(
        text,
        "\n{} misbehaviours: {} refused, {} accepted that must be refused, {} accepted that may be, {} not reached.",
        report.results.len(),
        report.count(|result| result.verdict == Verdict::Refused),
        report.count(CaseReport::is_bad),
        report.count(permitted),
        report.count(|result| result.verdict == Verdict::NotReached),
    );
    text
}

fn line(text: &mut String, result: &CaseReport) {
    let case = result.case;
    let verdict = if result.is_bad() { "ACCEPTED" } else { result.verdict.name() };
    let _ = writeln!(text, "  {verdict:<12} {}", case.name);
    let mut say = |what: &str| {
        let _ = writeln!(text, "{INDENT}{what}");
    };
    match (result.verdict, result.permission) {
        (Verdict::Accepted, None) => {
            say(&format!("{}. {}", case.specification, case.gain));
            say(&format!("What to do: {}", case.remedy));
            say(&format!("The page: {}", result.note));
        }
        (Verdict::Accepted, Some(permission)) => say(permission),
        (Verdict::NotReached, _) => say(&result.note),
        (Verdict::Refused, _) => {}
    }
}
