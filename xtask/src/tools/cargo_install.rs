//! `cargo install` into the folder of tools, tuned for a short build: these programs run for seconds, so optimising
//! them for minutes does not pay.

use crate::failure::{Failure, Result};
use crate::process::run_logged;
use crate::progress::say;
use crate::project::{Project, cargo};
use fs_err as fs;
use std::env::temp_dir;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct Install<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// For example `["--no-default-features"]`.
    pub(crate) arguments: &'a [&'a str],
    /// The packages in it that work on many bytes, and are worth optimising a little.
    pub(crate) optimised: &'a [&'a str],
}

/// The folder of one version of one tool: clones that need different versions do not disturb each other.
pub(crate) fn folder(project: &Project, name: &str, version: &str) -> PathBuf {
    project.tools.join(format!("{name}-{version}"))
}

/// Builds it from crates.io; its programs are then in `bin` of its folder. With the versions that its author has tested, or
/// where a mirror of the registry lacks one of them, with those that are there.
pub(crate) fn install(project: &Project, what: &Install<'_>) -> Result {
    let Install { name, version, .. } = what;
    let log = project.log(name);
    let result = run_logged(command(project, what).arg("--locked"), &log).or_else(|_| {
        say("  it does not build with its own lock file; without it");
        run_logged(&mut command(project, what), &log)
    });
    result.map_err(|failure| {
        let advice = format!(
            "if crates.io could not be reached, try again later; otherwise install {name} {version} yourself, \
             put it on PATH and run this again ({})",
            failure.advice
        );
        Failure::new(failure.what, advice)
    })?;
    // Some hundred megabytes that nobody needs again; a leftover does no harm.
    drop(fs::remove_dir_all(build_folder(project, name)));
    Ok(())
}

fn command(project: &Project, what: &Install<'_>) -> Command {
    let Install { name, version, arguments, optimised } = what;
    let mut command = Command::new(cargo());
    command.args(["install", name, "--version", version, "--force", "--no-track", "--root"]);
    command.arg(folder(project, name, version)).args(*arguments);
    for package in *optimised {
        command.arg(format!("--config=profile.release.package.{package}.opt-level=1"));
    }
    for (setting, value) in
        [("OPT_LEVEL", "0"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "false"), ("STRIP", "true")]
    {
        command.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        command.env_remove(variable);
    }
    // Outside the repository: its `.cargo/config.toml` and toolchain file are not meant for this.
    command.current_dir(temp_dir()).env("CARGO_TARGET_DIR", build_folder(project, name));
    command
}

fn build_folder(project: &Project, name: &str) -> PathBuf {
    project.tools.join("build").join(name)
}
