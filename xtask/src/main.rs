//! The project's own commands: `cargo xtask up`, `test`, `dist`, `bench`, `deny`, `setup`.

mod project;
mod step;
mod tools;

use clap::{Parser, Subcommand};
use project::Project;
use std::process::ExitCode;
use step::{Outcome, say};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Riser's own commands", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Get the tools that building the client needs: WebAssembly target, Trunk, wasm-bindgen, wasm-opt
    Setup {
        /// Chromium and ChromeDriver too, which the tests need
        #[arg(long)]
        browser: bool,
    },
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

fn run(task: &Task) -> Outcome {
    let project = Project::find()?;
    match task {
        Task::Setup { browser } => {
            let tools = tools::ensure(&project)?;
            say(&format!("ready: {}", tools.versions.join(", ")));
            if *browser {
                let browser = tools::browser::ensure(&project)?;
                say(&format!("ready: {}, {}", browser.chromium.display(), browser.driver.display()));
            }
            Ok(())
        }
    }
}
