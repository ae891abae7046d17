//! `cargo xtask mutants`: breaks the core in every small way there is, and runs its tests against each. A mutant that
//! no test notices fails the command, unless it is listed with the reason why nothing can notice it.

use crate::project::Project;
use crate::step::{Failure, Outcome, describe, say};
use crate::tools::cargo_tools;
use clap::Args;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The survivors that are known, in the repository.
const LISTED: &str = "crates/stepup/surviving-mutants.json";
/// A mutant that loops is stopped after so many seconds; the tests themselves take two.
const TIMEOUT: &str = "30";

/// Which mutants to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Only those of these files, as in `--file crates/stepup/src/oidc/*.rs`
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// One part of several, as in `--shard 0/4`
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only those that no test noticed the last time
    #[arg(long)]
    iterate: bool,
    /// How many at once; each builds and tests its own copy
    #[arg(long, default_value = "1", value_name = "N")]
    jobs: u8,
}

impl Options {
    fn is_everything(&self) -> bool {
        self.file.is_empty() && self.shard.is_none() && !self.iterate
    }
}

/// A mutant without its line, which changes with every edit above it: the file and what was done there.
type Name = (String, String);

/// Runs them and compares the survivors with the list.
pub(crate) fn run(project: &Project, options: &Options) -> Outcome {
    let program = cargo_tools::ensure(project, &cargo_tools::MUTANTS)?;
    let listed = listed(&read(&project.root.join(LISTED))?)?;
    let out = project.target.join("mutants");
    fs::create_dir_all(&out).map_err(|error| Failure::io("make", &out, &error))?;
    try_all(project, options, &program, &out)?;
    let results = out.join("mutants.out");
    let of = |file: &str| read(&results.join(file)).map(|text| names(&text));
    let (caught, missed, timeout) = (of("caught.txt")?, of("missed.txt")?, of("timeout.txt")?);
    let unviable = of("unviable.txt")?;
    say(&format!(
        "\n{} mutants: {} noticed by a test, {} stopped because they never end, {} do not compile, {} survived",
        caught.len() + missed.len() + timeout.len() + unviable.len(),
        caught.len(),
        timeout.len(),
        unviable.len(),
        missed.len(),
    ));
    if caught.is_empty() && missed.is_empty() && !options.iterate {
        return Err(Failure::new("no mutant was tried", "see `--file` and `--shard`: they left none"));
    }
    for (file, what) in &timeout {
        say(&format!("never ends: {file}: {what}"));
    }
    let (unlisted, stale) = compare(&missed, &listed);
    let mut problems: Vec<String> =
        unlisted.iter().map(|(file, what)| format!("no test notices: {file}: {what}")).collect();
    if options.is_everything() {
        problems.extend(stale.iter().map(|(file, what)| format!("listed, but noticed: {file}: {what}")));
    }
    if problems.is_empty() {
        say(&format!("each survivor is listed with its reason in {LISTED}"));
        return Ok(());
    }
    Err(Failure::new(
        problems.join("\n"),
        format!("write the test that notices; only if nothing could, list it with the reason in {LISTED}"),
    ))
}

fn try_all(project: &Project, options: &Options, program: &Path, out: &Path) -> Outcome {
    let mut command = Command::new(program);
    command.current_dir(&project.root).stdin(Stdio::null()).arg("mutants");
    command.args(["--package", "stepup", "--no-shuffle", "--timeout", TIMEOUT]);
    command.args(["--jobs", &options.jobs.to_string()]).arg("--output").arg(out);
    for file in &options.file {
        command.args(["--file", file]);
    }
    if let Some(shard) = &options.shard {
        command.args(["--shard", shard]);
    }
    if options.iterate {
        command.arg("--iterate");
    }
    // The exploration is left out: it takes ten times as long as all the others together.
    command.args(["--", "--lib", "--test", "it", "--", "--skip", "exploration"]);
    // Each mutant is built in a copy of the repository, which has its own build directory.
    command.env_remove("CARGO_TARGET_DIR");
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("could not start `{}`: {error}", describe(&command)), ""))?;
    // 2: some survived; 3: some never ended. Both are counted from the files it leaves.
    if matches!(status.code(), Some(0 | 2 | 3)) {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{}` failed ({status})", describe(&command)),
        "the tests must pass before anything is broken: `cargo test -p stepup`",
    ))
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))
}

/// Reads `crates/stepup/src/demand.rs:66:9: replace … with …`, one a line.
fn names(text: &str) -> Vec<Name> {
    let name = |line: &str| {
        let mut parts = line.splitn(4, ':');
        let (file, what) = (parts.next()?, parts.nth(2)?);
        Some((file.to_owned(), what.trim().to_owned()))
    };
    text.lines().filter_map(name).collect()
}

fn listed(text: &str) -> Outcome<Vec<Name>> {
    let wrong = |why: String| Failure::new(format!("{LISTED}: {why}"), "see the other entries");
    let entries: Vec<BTreeMap<String, String>> =
        serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let field = |entry: &BTreeMap<String, String>, key: &str| {
        let value = entry.get(key).filter(|value| !value.trim().is_empty());
        value.cloned().ok_or_else(|| wrong(format!("an entry without `{key}`: {entry:?}")))
    };
    entries
        .iter()
        .map(|entry| {
            field(entry, "reason")?;
            Ok((field(entry, "file")?, field(entry, "mutant")?))
        })
        .collect()
}

/// Survivors that are not listed, and entries that did not survive. Names can repeat: each entry stands for one.
fn compare(missed: &[Name], listed: &[Name]) -> (Vec<Name>, Vec<Name>) {
    let mut stale = listed.to_vec();
    let mut unlisted = Vec::new();
    for survivor in missed {
        match stale.iter().position(|entry| entry == survivor) {
            Some(at) => drop(stale.remove(at)),
            None => unlisted.push(survivor.clone()),
        }
    }
    (unlisted, stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISSED: &str = "crates/stepup/src/a.rs:1:2: replace f -> bool with true\n\
        crates/stepup/src/a.rs:3:4: replace < with == in T::g\n\
        crates/stepup/src/a.rs:5:6: replace < with == in T::g\n";

    fn list(mutants: &[&str]) -> Vec<Name> {
        mutants.iter().map(|what| ("crates/stepup/src/a.rs".to_owned(), (*what).to_owned())).collect()
    }

    #[test]
    fn a_survivor_is_known_by_file_and_change_and_each_entry_stands_for_one() {
        let missed = names(MISSED);
        let (bool, less) = ("replace f -> bool with true", "replace < with == in T::g");
        assert_eq!(missed, list(&[bool, less, less]));
        assert_eq!(compare(&missed, &list(&[less, bool, less])), (vec![], vec![]));
        assert_eq!(compare(&missed, &list(&[bool, less])), (list(&[less]), vec![]));
        assert_eq!(compare(&missed, &list(&[bool, less, less, "gone"])), (vec![], list(&["gone"])));
    }

    #[test]
    fn an_entry_needs_its_reason() {
        assert_eq!(
            listed(r#"[{"file":"a","mutant":"m","reason":"r"}]"#).unwrap(),
            [("a".into(), "m".into())]
        );
        for wrong in [r#"[{"file":"a","mutant":"m"}]"#, r#"[{"file":"a","mutant":"m","reason":" "}]"#, "{}"] {
            assert!(listed(wrong).unwrap_err().what.starts_with(LISTED), "{wrong}");
        }
    }
}
