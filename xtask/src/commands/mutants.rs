//! `cargo xtask mutants`: breaks the core, the bank's ledger and token checks, and the tenant's authorization and second
//! factor in every small way there is, and runs the tests of each against it. A mutant that no test notices fails the
//! command, unless it is listed with the reason why nothing can notice it.

use crate::failure::{Failure, Result};
use crate::process::{describe, status_shown};
use crate::progress::say;
use crate::project::Project;
use crate::tools::cargo_tools;
use clap::Args;
use fs_err as fs;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A package, what of it is broken, and which tests have to notice.
struct Suite {
    package: &'static str,
    /// Everything, where there is none.
    files: &'static [&'static str],
    /// One after the other, each with the mutants that no pass before it noticed: the quickest first, the last with every
    /// test that could notice something.
    passes: &'static [Pass],
}

struct Pass {
    /// A mutant that loops is stopped after so many seconds: some times what the tests themselves take.
    timeout: &'static str,
    /// As cargo takes them.
    targets: &'static [&'static str],
    /// Parts of the names of tests; all, where there is none.
    only: &'static [&'static str],
    skipped: &'static [&'static str],
}

const ALL: &[&str] = &["--lib", "--test", "it"];

const SUITES: [Suite; 3] = [
    Suite {
        package: "stepup",
        files: &[],
        // The exploration takes ten times as long as all the others together.
        passes: &[Pass { timeout: "30", targets: ALL, only: &[], skipped: &["exploration"] }],
    },
    Suite {
        package: "bank",
        files: &["crates/bank/src/ledger/**/*.rs", "crates/bank/src/auth/*.rs"],
        passes: &[
            Pass {
                timeout: "40",
                targets: &["--test", "it"],
                only: &[
                    "accounts::",
                    "idempotency::",
                    "spending::",
                    "statements::",
                    "tokens::",
                    "transfers::",
                ],
                skipped: &["postgres"],
            },
            Pass {
                timeout: "60",
                targets: ALL,
                only: &[],
                skipped: &[
                    "transfer_survives_failure_of_every_system_call",
                    "unknown_key_ids_are_rate_limited",
                    "any_changed_character_is_refused",
                    "stalled",
                    "postgres",
                    "batch_equals_sequence",
                    "torture",
                ],
            },
            // The second is each test once more, on PostgreSQL; the ledger's own tests are on both.
            Pass {
                timeout: "240",
                targets: ALL,
                only: &[],
                skipped: &["torture", "all_tests_pass_on_postgres"],
            },
        ],
    },
    Suite {
        package: "tenant",
        files: &[
            "crates/tenant/src/authorization/**/*.rs",
            "crates/tenant/src/mfa/**/*.rs",
            "crates/tenant/src/domain/grant.rs",
            "crates/tenant/src/domain/scopes.rs",
        ],
        passes: &[
            Pass {
                timeout: "40",
                targets: &["--test", "it"],
                only: &[
                    "authorize",
                    "payment::",
                    "otp::",
                    "prompts::",
                    "push::",
                    "response_modes::",
                    "session::",
                    "authenticators::",
                ],
                skipped: &[],
            },
            Pass { timeout: "240", targets: ALL, only: &[], skipped: &["bad_disk"] },
        ],
    },
];

#[derive(Args)]
pub(crate) struct Options {
    /// Only those of this package: `stepup`, `bank` or `tenant`
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
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
    /// Breaks the files of this folder and uses its build directory, instead of a copy
    #[arg(long, conflicts_with = "jobs")]
    in_place: bool,
}

/// A mutant without its line, which changes with every edit above it: the file and what was done there.
type Name = (String, String);

/// Runs them and compares the survivors with the list.
pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let program = cargo_tools::ensure(project, &cargo_tools::MUTANTS)?;
    let is_wanted = |suite: &&Suite| options.package.as_ref().is_none_or(|name| name == suite.package);
    let suites: Vec<&Suite> = SUITES.iter().filter(is_wanted).collect();
    if suites.is_empty() {
        let names = SUITES.map(|suite| suite.package).join(", ");
        return Err(Failure::new("no such package", format!("`--package` is one of {names}")));
    }
    let mut problems = Vec::new();
    for suite in suites {
        problems.extend(run_suite(project, options, suite, &program)?);
    }
    Failure::of_problems(
        &problems,
        "write the test that notices; only if nothing could, list it with the reason in the package's \
         surviving-mutants.json",
    )?;
    say("each survivor is listed with its reason in its package's surviving-mutants.json");
    Ok(())
}

fn run_suite(project: &Project, options: &Options, suite: &Suite, program: &Path) -> Result<Vec<String>> {
    let list = format!("crates/{}/surviving-mutants.json", suite.package);
    let listed = listed(&list, &fs::read_to_string(project.root.join(&list))?)?;
    let out = project.target.join("mutants").join(suite.package);
    fs::create_dir_all(&out)?;
    let results = out.join("mutants.out");
    let of = |file: &str| fs::read_to_string(results.join(file)).map(|text| names(&text));
    let (mut caught, mut timeout, mut unviable) = (Vec::new(), Vec::new(), Vec::new());
    for (at, pass) in suite.passes.iter().enumerate() {
        if at > 0 && of("missed.txt")?.is_empty() {
            break;
        }
        let mut command = Command::new(program);
        command.current_dir(&project.root).arg("mutants").arg("--output").arg(&out);
        try_all(&mut command, options, suite, pass, at > 0)?;
        caught.append(&mut of("caught.txt")?);
        timeout.append(&mut of("timeout.txt")?);
        unviable.append(&mut of("unviable.txt")?);
        // What never ends is not tried again either.
        let (from, to) = (results.join("timeout.txt"), results.join("caught.txt"));
        fs::write(&to, fs::read_to_string(&to)? + &fs::read_to_string(&from)?)?;
    }
    let missed = of("missed.txt")?;
    say(&format!(
        "\n{}: {} mutants: {} noticed by a test, {} stopped because they never end, {} do not compile, {} survived",
        suite.package,
        caught.len() + missed.len() + timeout.len() + unviable.len(),
        caught.len(),
        timeout.len(),
        unviable.len(),
        missed.len(),
    ));
    if caught.is_empty() && missed.is_empty() && !options.iterate && options.file.is_empty() {
        return Err(Failure::new("no mutant was tried", "see `--file` and `--shard`: they left none"));
    }
    lines("never ends", &timeout).iter().for_each(|line| say(line));
    let (unlisted, stale) = compare(&missed, &listed);
    let mut problems = lines("no test notices", &unlisted);
    if options.file.is_empty() && options.shard.is_none() && !options.iterate {
        problems.extend(lines("listed, but noticed", &stale));
    }
    Ok(problems)
}

fn lines(label: &str, mutants: &[Name]) -> Vec<String> {
    mutants.iter().map(|(file, what)| format!("{label}: {file}: {what}")).collect()
}

/// One pass; all but the first are about those that are left.
fn try_all(command: &mut Command, options: &Options, suite: &Suite, pass: &Pass, again: bool) -> Result {
    command.args(["--package", suite.package, "--no-shuffle", "--timeout", pass.timeout]);
    if options.in_place {
        command.arg("--in-place");
    } else {
        command.args(["--jobs", &options.jobs.to_string()]);
    }
    if options.file.is_empty() {
        command.args(suite.files.iter().flat_map(|file| ["--file", file]));
    }
    command.args(options.file.iter().flat_map(|file| ["--file", file]));
    command.args(options.shard.iter().flat_map(|shard| ["--shard", shard]));
    command.args(again.then_some(["--baseline", "skip"]).into_iter().flatten());
    command.args((options.iterate || again).then_some("--iterate"));
    // Otherwise it builds the other targets too.
    command.args(pass.targets.iter().map(|target| format!("--cargo-arg={target}")));
    command.args(["--", "--"]).args(pass.only);
    command.args(pass.skipped.iter().flat_map(|test| ["--skip", test]));
    // Each mutant is built in a copy of the repository, which has its own build directory.
    command.env_remove("CARGO_TARGET_DIR");
    let status = status_shown(command)?;
    // 2: some survived; 3: some never ended. Both are counted from the files it leaves.
    if matches!(status.code(), Some(0 | 2 | 3)) {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{}` failed ({status})", describe(command)),
        format!("the tests must pass before anything is broken: `cargo test -p {}`", suite.package),
    ))
}

/// Reads `crates/stepup/src/json.rs:66:9: replace … with …`, one a line.
fn names(text: &str) -> Vec<Name> {
    let name = |line: &str| {
        let mut parts = line.splitn(4, ':');
        let (file, what) = (parts.next()?, parts.nth(2)?);
        Some((file.to_owned(), what.trim().to_owned()))
    };
    text.lines().filter_map(name).collect()
}

fn listed(list: &str, text: &str) -> Result<Vec<Name>> {
    let wrong = |why: String| Failure::new(format!("{list}: {why}"), "see the other entries");
    let entries: Vec<BTreeMap<String, String>> =
        serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let field = |entry: &BTreeMap<String, String>, key: &str| {
        let value = entry.get(key).filter(|value| !value.trim().is_empty());
        value.cloned().ok_or_else(|| wrong(format!("an entry without `{key}`: {entry:?}")))
    };
    let name =
        |entry| field(entry, "reason").and_then(|_| Ok((field(entry, "file")?, field(entry, "mutant")?)));
    entries.iter().map(name).collect()
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
    use crate::checks::sources::{Source, rust_files};

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
            listed("list.json", r#"[{"file":"a","mutant":"m","reason":"r"}]"#).unwrap(),
            [("a".into(), "m".into())]
        );
        for wrong in [r#"[{"file":"a","mutant":"m"}]"#, r#"[{"file":"a","mutant":"m","reason":" "}]"#, "{}"] {
            assert!(listed("list.json", wrong).unwrap_err().what.starts_with("list.json: "), "{wrong}");
        }
    }

    /// A pattern that fits nothing any more, after something was renamed, is no longer what it was meant to be.
    #[test]
    fn every_file_and_every_test_that_a_suite_names_is_there() {
        let root = Project::find().unwrap().root;
        for Suite { package, files, passes } in SUITES {
            let sources = rust_files(&root, &format!("crates/{package}")).unwrap();
            for file in files {
                let folder = file.split('*').next().unwrap();
                assert!(sources.iter().any(|source| source.path.starts_with(folder)), "{package}: no {file}");
            }
            for name in passes.iter().flat_map(|pass| pass.only.iter().chain(pass.skipped)) {
                let (module, test) = name.rsplit_once("::").unwrap_or(("", name));
                let has_it = |source: &Source| {
                    let is_module = module.is_empty() || source.path.contains(&format!("/{module}"));
                    is_module && (source.text.contains(test) || source.path.contains(test))
                };
                assert!(sources.iter().any(has_it), "{package}: no test {name}");
            }
        }
    }
}
