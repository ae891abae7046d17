//! The table of `docs/conformance.md`: every misbehaviour, and what three libraries and Riser do.

use ::conformance::{
    Report,
    cases::{self, Rule},
    report::Verdict,
};
use e2e::{
    TestError,
    conformance::{Candidate, root},
};
use std::{fmt::Write as _, fs};

const PAGE: &str = "docs/conformance.md";
const BEGIN: &str = "<!-- table: begin -->\n";
const END: &str = "<!-- table: end -->\n";

/// The columns. Riser has both flows.
const CLIENTS: [&str; 5] = [
    "auth0-spa-js (code)",
    "oidc-client-ts (code)",
    "auth0-js (implicit)",
    "Riser (implicit)",
    "Riser (code)",
];

async fn tried(client: &str) -> Result<Report, TestError> {
    let candidate = match client {
        "Riser (implicit)" => Candidate::riser("implicit").await?,
        "Riser (code)" => Candidate::riser("code").await?,
        library => Candidate::page(library.split(' ').next().unwrap_or_default()).await?,
    };
    Ok(candidate.tried(&[]).await.unwrap_or_else(|error| panic!("{client}: {error}")))
}

/// `cargo xtask test --only e2e -- --ignored writes_the_table`: fifteen minutes, whenever a client or a misbehaviour is new.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes fifteen minutes, and writes docs/conformance.md"]
async fn writes_the_table() -> Result<(), TestError> {
    let mut reports = Vec::new();
    for client in CLIENTS {
        println!("{client}");
        reports.push(tried(client).await?);
    }
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path)?;
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (_, after) = rest.split_once(END).expect("the table has an end");
    fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table(&reports)))?;
    Ok(())
}

fn table(reports: &[Report]) -> String {
    let mut table = format!("| misbehaviour | {} |\n", CLIENTS.join(" | "));
    let _ = writeln!(table, "| --- |{}", " --- |".repeat(CLIENTS.len()));
    for (at, case) in cases::all().enumerate() {
        let _ = write!(table, "| `{}` |", case.name);
        for report in reports {
            let result = &report.results[at];
            let cell = match result.verdict {
                Verdict::Refused => "refused",
                Verdict::Accepted if result.is_bad() => "**accepted**",
                // Nothing is wrong with that one.
                Verdict::Accepted if case.rule == Rule::Accept => "accepted",
                Verdict::Accepted => "may accept",
                Verdict::NotReached => "–",
            };
            let _ = write!(table, " {cell} |");
        }
        table.push('\n');
    }
    table
}
