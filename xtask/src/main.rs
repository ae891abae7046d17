//! The project's own commands: `cargo xtask --help` names them.

mod checks;
mod commands;
mod failure;
mod files;
mod hex;
mod languages;
mod process;
mod progress;
mod project;
mod tools;

use checks::{layers, proofs, purity};
use clap::{Args, Parser, Subcommand};
use commands::{bench, deny, dist, explore, fuzz, mutants, release, test, torture, up};
use failure::Result;
use progress::say;
use project::Project;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Riser's own commands")]
#[command(disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and run it: the bank, the tenant and the client
    Up(up::Options),
    /// Serve the client with Trunk and build it anew at each change, beside `cargo run -p riser-cli -- up`
    Serve(PassedOn),
    /// Run all checks and tests
    Test(test::Options),
    /// Build the client's static files into dist/, ready for any host
    Dist,
    /// Build what a release has, for this machine: archives, licences, bill of materials, checksums
    Release(release::Options),
    /// Write the hosts' files in dist (such as _headers) anew, after the configuration block in dist/index.html was replaced
    Headers,
    /// Measure
    #[command(subcommand)]
    Bench(Measure),
    /// Check licences, bans, sources and advisories of the dependencies
    Deny,
    /// Feed the core with anything, under libFuzzer
    Fuzz(fuzz::Options),
    /// Let everything happen to the core that can happen, in every order
    Explore(explore::Options),
    /// Break the core, the bank and the tenant on purpose, in every small way, and see whether a test notices
    Mutants(mutants::Options),
    /// Kill the bank while customers pay, and check that no money is lost, doubled or altered
    Torture(PassedOn),
    /// Check that imports within each crate point down (`test` does so, too), and count them
    Layers,
    /// Check that docs/PROOFS.md lists the tests of each rule (`test` does so, too), or write it anew
    Proofs(proofs::Options),
    /// Check that each language of the client has every message (`test` does so, too), or write their list into index.html
    Languages(languages::Options),
    /// Check that the core has no I/O, no clock and no randomness (`test` does so, too)
    Purity,
    /// Get the tools alone: WebAssembly target, Trunk, wasm-bindgen, wasm-opt
    Setup {
        /// Chromium, ChromeDriver, PostgreSQL and Node.js too, which the tests need
        #[arg(long)]
        browser: bool,
    },
}

#[derive(Subcommand)]
enum Measure {
    /// Bytes of every file that the browser loads, against the budget
    Size,
    /// The client's page in a slow browser, beside a bare client and one on React
    Page(PassedOn),
    /// The bank under load, beside an API on Express: answers a second, times, memory
    Bank(PassedOn),
}

#[derive(Args)]
struct PassedOn {
    /// Passed on to the program that does it; `-- --help` names what there is
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("\nfailed: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result {
    let project = Project::find()?;
    match task {
        Task::Up(options) => up::run(&project, options),
        Task::Serve(it) => dist::serve(&project, &it.arguments),
        Task::Test(options) => test::run(&project, options),
        Task::Dist => dist::run(&project),
        Task::Release(options) => release::run(&project, options),
        Task::Headers => dist::headers(&project.dist()),
        Task::Bench(Measure::Size) => bench::size(&project),
        Task::Bench(Measure::Page(it)) => bench::page(&project, &it.arguments),
        Task::Bench(Measure::Bank(it)) => bench::bank(&project, &it.arguments),
        Task::Deny => deny::run(&project),
        Task::Fuzz(options) => fuzz::run(&project, options),
        Task::Explore(options) => explore::run(&project, options),
        Task::Mutants(options) => mutants::run(&project, options),
        Task::Torture(it) => torture::run(&project, &it.arguments),
        Task::Layers => layers::run(&project),
        Task::Proofs(options) => proofs::run(&project, options),
        Task::Languages(options) => languages::run(&project, options),
        Task::Purity => purity::check(&project),
        Task::Setup { browser } => setup(&project, *browser),
    }
}

fn setup(project: &Project, browser: bool) -> Result {
    let tools = tools::ensure_with_target(project)?;
    say(&format!("ready: {}", tools.versions.join(", ")));
    if browser {
        let browser = tools::browser::ensure(project)?;
        say(&format!("ready: {}, {}", browser.chromium.display(), browser.driver.display()));
        tools::postgres::ensure(project)?;
        tools::node::for_tests(project)?;
        tools::python::for_tests(project)?;
    }
    Ok(())
}
