//! `cargo xtask explore`: the exhaustive search of the core's tests, as far as one wants to look.

use crate::failure::Result;
use crate::process::run_shown;
use crate::project::Project;
use clap::Args;

#[derive(Args)]
pub(crate) struct Options {
    /// How many acts after each stage of the workflow: four take minutes, each more takes ten times as long
    #[arg(long, default_value = "4", value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    acts: u8,
}

/// Its name: `--exact` with a name that is not there runs nothing, and a test below looks for it.
const SEARCH: &str = "exploration::invariants_hold_to_the_full_depth";

/// Builds the tests of the core for speed, and runs the one that is left out of the ordinary tests.
pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let mut cargo = project.cargo();
    cargo.args(["test", "--release", "--package", "stepup", "--test", "it", "--"]);
    cargo.args(["--ignored", "--nocapture", "--exact", SEARCH]);
    cargo.env("RISER_EXPLORE_ACTS", options.acts.to_string());
    // The release profile is for the size of the client; and a panic is an answer here.
    for (setting, value) in [("OPT_LEVEL", "3"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("PANIC", "unwind")]
    {
        cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    run_shown(&mut cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_is_there() {
        let file = Project::find().unwrap().root.join("crates/stepup/tests/it/exploration.rs");
        let name = SEARCH.strip_prefix("exploration::").unwrap();
        assert!(std::fs::read_to_string(file).unwrap().contains(&format!("fn {name}()")));
    }
}
