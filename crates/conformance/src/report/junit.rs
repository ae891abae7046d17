//! JUnit's XML, as CI systems read it.

use std::fmt::Write as _;

use super::{CaseReport, Report, Verdict};

pub(super) fn render(report: &Report) -> String {
    let skipped = report.count(|result| result.verdict == Verdict::NotReached);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites><testsuite name=\"conformance of {}\" tests=\"{}\" failures=\"{}\" skipped=\"{skipped}\" errors=\"0\" time=\"{:.1}\">",
        escaped(&report.client_id),
        report.results.len(),
        report.count(CaseReport::is_bad),
        report.seconds,
    );
    for result in &report.results {
        test_case(&mut xml, result);
    }
    xml.push_str("</testsuite></testsuites>\n");
    xml
}

fn test_case(xml: &mut String, result: &CaseReport) {
    let case = result.case;
    let inner = match (result.verdict, result.permission) {
        (Verdict::Accepted, None) => format!(
            "<failure message=\"{}\">{}</failure>",
            escaped(&format!("accepted: {}", case.gain)),
            escaped(&format!(
                "{}\nWhat to do: {}\nThe page: {}",
                case.specification, case.remedy, result.note
            )),
        ),
        (Verdict::Accepted, Some(permission)) => {
            format!("<system-out>{}</system-out>", escaped(&format!("accepted. {permission}")))
        }
        (Verdict::NotReached, _) => format!("<skipped message=\"{}\"/>", escaped(&result.note)),
        (Verdict::Refused, _) => String::new(),
    };
    let (name, phase) = (escaped(case.name), case.phase.name());
    let _ = writeln!(
        xml,
        "<testcase classname=\"{phase}\" name=\"{name}\" time=\"{:.1}\">{inner}</testcase>",
        result.seconds
    );
}

/// What XML 1.0 can hold, in text and in attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}
