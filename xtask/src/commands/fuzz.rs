//! `cargo xtask fuzz`: the targets of `crates/fuzzing` under libFuzzer, each for so many seconds, and a table of how
//! often each was run. What makes one fail is kept, and said how to run again.

use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged, start_logged};
use crate::progress::{say, step};
use crate::project::Project;
use crate::tools::cargo_tools;
use clap::Args;
use fs_err as fs;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

#[derive(Args)]
pub(crate) struct Options {
    /// For how long each target runs
    #[arg(long, default_value = "60", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Only these, as in `--target jwt,claims`; all of them are the folders in fuzz/seeds
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    target: Vec<String>,
    /// How many targets run at once; as many as there are processors, unless you say
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

/// Longer than any input that is read: the longest is a fragment, with 16 KiB.
const MAX_INPUT_LENGTH: usize = 17 * 1024;

struct Fuzzer<'a> {
    project: &'a Project,
    programs: PathBuf,
    /// Inputs that reached something new, kept from run to run; and what failed.
    work: PathBuf,
    seconds: u32,
}

#[derive(Clone)]
struct Run {
    name: String,
    executions: u64,
    covered: u64,
    /// The input that made it fail.
    finding: Option<PathBuf>,
}

/// Builds the targets, runs them, and fails when one of them does.
pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let names = chosen(&all(project)?, &options.target)?;
    let work = project.target.join("fuzz");
    let programs =
        step("fuzz targets", "the core with libFuzzer's counters in it", || build(project, &work))?;
    let fuzzer = Fuzzer { project, programs, work, seconds: options.seconds };
    let jobs = options.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, Into::into)).max(1);
    say(&format!("{} targets, {} s each, {jobs} at a time", names.len(), options.seconds));
    let waiting = Mutex::new(names.into_iter());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let work = || {
        let mut runs = Vec::new();
        while let Some(name) = next() {
            let run = fuzzer.run(&name)?;
            say(&row(&run));
            runs.push(run);
        }
        Ok(runs)
    };
    let runs: Vec<Vec<Run>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let lost = |_| Err(Failure::new("lost track of a target", "run the command again"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect::<Result<_>>()
    })?;
    verdict(project, &runs.concat())
}

fn all(project: &Project) -> Result<BTreeSet<String>> {
    let entries = fs::read_dir(project.root.join("fuzz/seeds"))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}

fn chosen(all: &BTreeSet<String>, wanted: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(*name)) {
        let known = all.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(format!("there is no fuzz target {unknown:?}"), format!("one of: {known}")));
    }
    Ok(if wanted.is_empty() { all.iter().cloned().collect() } else { wanted.to_vec() })
}

/// Without a sanitizer: the core has no `unsafe` code, so that libFuzzer's counters are all that is needed, and every
/// toolchain has those.
fn build(project: &Project, work: &Path) -> Result<PathBuf> {
    let program = cargo_tools::ensure(project, &cargo_tools::FUZZ)?;
    let target = work.join("build");
    let mut command = Command::new(program);
    command.args("fuzz build --sanitizer none --target-dir".split(' ')).arg(&target);
    command.current_dir(project.root.join("fuzz"));
    run_logged(&mut command, &project.log("fuzz"))?;
    let host = output_of(Command::new("rustc").args(["--print", "host-tuple"])).ok_or_else(|| {
        Failure::new("rustc does not say what it builds for", "`rustup update`: 1.84 is needed")
    })?;
    Ok(target.join(host).join("release"))
}

impl Fuzzer<'_> {
    fn run(&self, name: &str) -> Result<Run> {
        let folder = |kind: &str| -> Result<PathBuf> {
            let folder = self.work.join(kind).join(name);
            fs::create_dir_all(&folder)?;
            Ok(folder)
        };
        let (corpus, findings) = (folder("corpus")?, folder("findings")?);
        let log = self.project.log(&format!("fuzz-{name}"));
        let mut command = Command::new(self.programs.join(name));
        command.arg(corpus).arg(self.project.root.join("fuzz/seeds").join(name));
        command.arg(format!("-max_total_time={}", self.seconds)).arg(format!("-max_len={MAX_INPUT_LENGTH}"));
        command.arg(format!("-artifact_prefix={}/", findings.display()));
        command.args(["-print_final_stats=1", "-timeout=10", "-rss_limit_mb=2048"]);
        let status = start_logged(&mut command, &log)?.wait()?;
        let text = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        let finding = (!status.success()).then(|| finding(&text).unwrap_or(log));
        let executions = number_after(&text, "stat::number_of_executed_units:").unwrap_or_default();
        let covered = text.lines().filter_map(|line| number_after(line, " cov: ")).max().unwrap_or_default();
        Ok(Run { name: name.to_owned(), executions, covered, finding })
    }
}

/// `Test unit written to …`
fn finding(log: &str) -> Option<PathBuf> {
    log.lines().find_map(|line| Some(PathBuf::from(line.split_once("Test unit written to ")?.1.trim())))
}

fn number_after(text: &str, label: &str) -> Option<u64> {
    let rest = text.split_once(label)?.1.trim_start();
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn row(run: &Run) -> String {
    let Run { name, executions, covered, finding } = run;
    let result =
        finding.as_ref().map_or("no finding".to_owned(), |input| format!("FAILED: {}", input.display()));
    format!("{name:<16}{executions:>14} executions{covered:>8} edges  {result}")
}

fn verdict(project: &Project, runs: &[Run]) -> Result {
    let executions: u64 = runs.iter().map(|run| run.executions).sum();
    say(&format!("all: {executions} executions"));
    if let Some(idle) = runs.iter().find(|run| run.executions == 0 && run.finding.is_none()) {
        let log = project.log(&format!("fuzz-{}", idle.name));
        return Err(Failure::new(format!("{} did not run", idle.name), format!("see {}", log.display())));
    }
    let failed: Vec<&Run> = runs.iter().filter(|run| run.finding.is_some()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let names = failed.iter().map(|run| run.name.as_str()).collect::<Vec<_>>().join(", ");
    Err(Failure::new(
        format!("something does not hold: {names}"),
        format!(
            "what failed and where is in {}; put the input into fuzz/seeds/NAME as refused-…, so that the tests have it",
            project.log("fuzz-NAME").display()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "#2 INITED cov: 120 ft: 130\n#9 NEW    cov: 345 ft: 12 corp: 4/12b\n\
        artifact_prefix='/t/'; Test unit written to /t/crash-1\nstat::number_of_executed_units: 987654\n";

    #[test]
    fn the_log_of_libfuzzer_is_understood() {
        assert_eq!(number_after(LOG, "stat::number_of_executed_units:"), Some(987_654));
        assert_eq!(LOG.lines().filter_map(|line| number_after(line, " cov: ")).max(), Some(345));
        assert_eq!(finding(LOG), Some(PathBuf::from("/t/crash-1")));
        assert_eq!(number_after("nothing", "stat::"), None);
    }

    #[test]
    fn a_target_that_does_not_exist_is_named_with_those_that_do() {
        let all: BTreeSet<String> = ["jwt", "jwks"].map(str::to_owned).into();
        assert_eq!(chosen(&all, &[]).unwrap(), ["jwks", "jwt"]);
        assert_eq!(chosen(&all, &["jwt".to_owned()]).unwrap(), ["jwt"]);
        let failure = chosen(&all, &["jtw".to_owned()]).unwrap_err();
        assert!(failure.what.contains("jtw") && failure.advice.contains("jwks, jwt"), "{failure}");
    }

    #[test]
    fn every_target_is_built() {
        let project = Project::find().unwrap();
        let manifest = fs::read_to_string(project.root.join("fuzz/Cargo.toml")).unwrap();
        let built = manifest.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let built: BTreeSet<String> = built.filter(|name| *name != "riser-fuzz").map(str::to_owned).collect();
        assert_eq!(built, all(&project).unwrap());
    }
}
