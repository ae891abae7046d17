//! `cargo xtask test`: everything that has to hold before a change is good, in stages that can be run alone.

use crate::commands::{bench, release};
use crate::failure::{Failure, Result};
use crate::process::run_shown;
use crate::progress::{duration, say, step};
use crate::project::Project;
use crate::tools::browser::{self, Browser};
use crate::tools::wasm_target::TARGET;
use crate::tools::{self, Tools, node, postgres, python};
use clap::{Args, ValueEnum};
use std::env;
use std::num::NonZero;
use std::path::{self, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Args)]
pub(crate) struct Options {
    /// Run these stages alone, as in `--only host,e2e`
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STAGE")]
    only: Vec<Stage>,
    /// Passed on to the tests of the stages host, browser and e2e, as in `-- denied_push`
    #[arg(last = true, value_name = "FILTER")]
    filter: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// Formatting
    Fmt,
    /// Lints, for this machine and for the browser
    Lint,
    /// Tests on this machine
    Host,
    /// Component tests in the browser
    Browser,
    /// The release build of the client, and its size
    Dist,
    /// The whole workflow in a real browser
    E2e,
}

impl Stage {
    /// Its name, why it is there, and what to do when it fails.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Fmt => {
                ["formatting", "the code looks the same whoever wrote it", "`cargo fmt --all` puts it right"]
            }
            Self::Lint => [
                "lints",
                "the compiler's and clippy's advice is followed, for this machine and for the browser",
                "the lints are named above; if a component is missing: `rustup component add clippy rustfmt`",
            ],
            Self::Host => [
                "host tests",
                "core, bank, tenant, companion and the project's own commands do what they should",
                "again, alone: `cargo xtask test --only host -- NAME`",
            ],
            Self::Browser => [
                "browser component tests",
                "pages and driver work in a real browser",
                "again, alone: `cargo xtask test --only browser -- NAME`",
            ],
            Self::Dist => [
                "release build of the client",
                "the end-to-end tests run what customers get, and its size has a budget",
                "`cargo xtask bench size` runs it alone",
            ],
            Self::E2e => [
                "end-to-end tests",
                "log-in, step-up and transfer, in a real browser against the real servers",
                "again, alone: `cargo xtask test --only e2e -- NAME`; pictures and logs of what failed are in \
                 tests/e2e/failures",
            ],
        }
    }
}

/// What the stages run with; `None` where no chosen stage needs it.
struct Equipment<'a> {
    project: &'a Project,
    tools: Option<Tools>,
    browser: Option<Browser>,
    node: Option<PathBuf>,
    python: Option<PathBuf>,
    filter: &'a [String],
    /// The client that the end-to-end tests run.
    client: PathBuf,
}

/// Runs the stages. A stage that fails does not keep the others from running, unless they build on it.
pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let started = Instant::now();
    // The tests run in folders of their own.
    let built = env::var_os("RISER_DIST").map(path::absolute).transpose()?;
    let chosen = chosen(&options.only, built.is_some());
    let any = |stages: &[Stage]| stages.iter().any(|stage| chosen.contains(stage));
    let tools = any(&[Stage::Lint, Stage::Browser, Stage::Dist, Stage::E2e]);
    let tools = tools.then(|| tools::ensure_with_target(project)).transpose()?;
    let browser = any(&[Stage::Browser, Stage::E2e]).then(|| browser::ensure(project)).transpose()?;
    if any(&[Stage::Host]) {
        postgres::ensure(project)?;
    }
    let node = any(&[Stage::E2e]).then(|| node::for_tests(project)).transpose()?;
    let python = any(&[Stage::E2e]).then(|| python::for_tests(project)).transpose()?;
    let client = built.unwrap_or_else(|| project.dist());
    let equipment = Equipment { project, tools, browser, node, python, filter: &options.filter, client };
    let mut rows = vec![("set-up", started.elapsed(), "ok")];
    let mut failures = Vec::new();
    for stage in chosen {
        let [name, why, advice] = stage.words();
        if stage == Stage::E2e && failures.contains(&Stage::Dist.words()[0]) {
            rows.push((name, Duration::ZERO, "not run"));
            continue;
        }
        say("");
        let began = Instant::now();
        let result = step(name, why, || equipment.run(stage));
        rows.push((name, began.elapsed(), if result.is_ok() { "ok" } else { "FAILED" }));
        if let Err(failure) = result {
            say(&format!("  {failure}\n  what to do: {advice}"));
            failures.push(name);
        }
    }
    rows.push(("all", started.elapsed(), if failures.is_empty() { "ok" } else { "FAILED" }));
    say("");
    for (name, time, result) in &rows {
        say(&format!("{name:<30}{:>14}  {result}", duration(*time)));
    }
    if failures.is_empty() {
        return Ok(());
    }
    Err(Failure::new(failures.join(", "), "each failure is explained above, where its stage ends"))
}

/// In the order of the stages, whatever the order of the flags; the end-to-end tests need a build, unless there is one.
fn chosen(only: &[Stage], is_built: bool) -> Vec<Stage> {
    let needs_build = only.contains(&Stage::E2e) && !is_built;
    let wanted =
        |stage: &Stage| only.is_empty() || only.contains(stage) || (*stage == Stage::Dist && needs_build);
    Stage::value_variants().iter().copied().filter(wanted).collect()
}

impl Equipment<'_> {
    fn run(&self, stage: Stage) -> Result {
        match stage {
            Stage::Fmt => run_shown(&mut self.cargo("fmt --all --check")),
            Stage::Lint => {
                run_shown(
                    &mut self.cargo("clippy --workspace --exclude riser --all-targets -- -D warnings"),
                )?;
                let client = format!("clippy -p riser --target {TARGET} --all-targets -- -D warnings");
                run_shown(&mut self.cargo(&client))
            }
            // Without what drives a browser: its libraries change, for all crates of a build, how serde_json orders members.
            Stage::Host => {
                let packages = "--workspace --exclude riser --exclude e2e --exclude page-bench --exclude step-up-example";
                self.test(&format!("--no-fail-fast {packages}"), |_| Ok(()))
            }
            Stage::Browser => self.test(&format!("-p riser --target {TARGET}"), |cargo| {
                let (Some(tools), Some(browser)) = (&self.tools, &self.browser) else { return Ok(()) };
                cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
                cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser.webdriver_json(self.project)?);
                // All locales of the browser take their time. Twenty seconds are the runner's own limit.
                cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
                tools.on_path(cargo);
                Ok(())
            }),
            Stage::Dist => bench::size(self.project),
            Stage::E2e => self.test("-p page-bench -p e2e", |cargo| {
                cargo.env("RISER_DIST", &self.client);
                // One that was released can be tested instead.
                if env::var_os("RISER_ARCHIVE").is_none() {
                    cargo.env("RISER_ARCHIVE", release::archive_for_tests(self.project, &self.client)?);
                }
                // The tests wait for browsers and servers most of the time: two for each processor keep it busy.
                if env::var_os("RUST_TEST_THREADS").is_none() {
                    let processors = thread::available_parallelism().map_or(1, NonZero::get);
                    cargo.env("RUST_TEST_THREADS", (2 * processors).to_string());
                }
                let programs = [("NODE", &self.node), ("PYTHON", &self.python)];
                cargo.envs(programs.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?))));
                Ok(())
            }),
        }
    }

    fn cargo(&self, arguments: &str) -> Command {
        let mut cargo = self.project.cargo();
        cargo.args(arguments.split(' '));
        cargo
    }

    /// Runs the tests that were asked for, with what `equip` adds.
    fn test(&self, arguments: &str, equip: impl FnOnce(&mut Command) -> Result) -> Result {
        let mut cargo = self.cargo(&format!("test {arguments}"));
        if !self.filter.is_empty() {
            cargo.arg("--").args(self.filter);
        }
        if let Some(browser) = &self.browser {
            browser.given_to(&mut cargo);
        }
        equip(&mut cargo)?;
        run_shown(&mut cargo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_in_their_order_and_the_end_to_end_tests_with_their_build() {
        assert_eq!(chosen(&[], false), Stage::value_variants());
        assert_eq!(chosen(&[Stage::Host, Stage::Fmt], false), [Stage::Fmt, Stage::Host]);
        assert_eq!(chosen(&[Stage::E2e], false), [Stage::Dist, Stage::E2e]);
        assert_eq!(chosen(&[Stage::E2e], true), [Stage::E2e]);
    }
}
