//! `cargo install` into the folder of tools, tuned for a short build: these programs run for seconds, so optimising
//! them for minutes does not pay.

use crate::failure::{Failure, Result};
use crate::process::run_logged;
use crate::project::{Project, cargo};
use fs_err as fs;
use std::env::temp_dir;
use std::path::PathBuf;
use std::process::Command;

/// What to install, and how.
pub(crate) struct Install<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// With the dependency versions its author tested. A lock file can name versions a registry mirror lacks.
    pub(crate) locked: bool,
    /// For example `["--no-default-features"]`.
    pub(crate) arguments: &'a [&'a str],
    /// The packages in it that work on many bytes, and are worth optimising a little.
    pub(crate) optimised: &'a [&'a str],
}

/// The folder of one version of one tool: clones that need different versions do not disturb each other.
pub(crate) fn folder(project: &Project, name: &str, version: &str) -> PathBuf {
    project.tools.join(format!("{name}-{version}"))
}

/// Builds it from crates.io; its programs are then in `bin` of its folder.
pub(crate) fn install(project: &Project, what: &Install<'_>) -> Result {
    let Install { name, version, .. } = what;
    let folder = folder(project, name, version);
    let build = project.tools.join("build").join(name);
    let mut command = Command::new(cargo());
    command
        .args(["install", name, "--version", version, "--force", "--no-track", "--root"])
        .arg(&folder)
        .args(what.arguments)
        .args(
            what.optimised
                .iter()
                .map(|package| format!("--config=profile.release.package.{package}.opt-level=1")),
        )
        // Outside the repository: its `.cargo/config.toml` and toolchain file are not meant for this.
        .current_dir(temp_dir())
        .env("CARGO_TARGET_DIR", &build)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .env("CARGO_PROFILE_RELEASE_STRIP", "true")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    if what.locked {
        command.arg("--locked");
    }
    run_logged(&mut command, &project.log(name)).map_err(|failure| {
        Failure::new(
            failure.what,
            format!(
                "if crates.io could not be reached, try again later; otherwise install {name} {version} yourself, \
                 put it on PATH and run this again ({})",
                failure.advice
            ),
        )
    })?;
    // Some hundred megabytes that nobody needs again; a leftover does no harm.
    drop(fs::remove_dir_all(&build));
    Ok(())
}
