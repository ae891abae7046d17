//! `cargo xtask deny`: licences, bans, sources and advisories of the dependencies, by `deny.toml`. A command of its
//! own, so that nobody waits for cargo-deny to be built who only wants to run the tests.

use crate::failure::{Failure, Result};
use crate::process::{run_logged, run_shown};
use crate::progress::{say, step};
use crate::project::Project;
use crate::tools::cargo_tools;
use std::path::Path;
use std::process::Command;

pub(crate) fn run(project: &Project) -> Result {
    let deny = cargo_tools::ensure(project, &cargo_tools::DENY)?;
    step("licences, bans, sources", "every dependency may be used, and comes from crates.io", || {
        run_shown(deny_command(project, &deny).args(["check", "licenses", "bans", "sources"]))
            .map_err(|failure| Failure::new(failure.what, "see above; the rules are in deny.toml"))
    })?;
    step("advisories", "no dependency has a known weakness", || advisories(project, &deny))
}

fn advisories(project: &Project, deny: &Path) -> Result {
    let log = project.log("advisories");
    if run_logged(deny_command(project, deny).args(["fetch", "db"]), &log).is_err() {
        say(&format!(
            "  WARNING: the advisory database could not be fetched, so known weaknesses were NOT checked ({})",
            log.display()
        ));
        return Ok(());
    }
    run_shown(deny_command(project, deny).args(["check", "--disable-fetch", "advisories"]))
        .map_err(|failure| Failure::new(failure.what, "update the crate that is named above"))
}

fn deny_command(project: &Project, deny: &Path) -> Command {
    let mut command = Command::new(deny);
    command.arg("--workspace").current_dir(&project.root);
    command
}
