//! Builds the program, with the client inside.

use crate::commands::dist::builder_paths::BuilderPaths;
use crate::failure::{Failure, Result};
use crate::process::run_shown;
use crate::project::Project;
use crate::tools::static_target;
use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::Command;

/// In Cargo.toml: as `server`, and without what debuggers need.
const PROFILE: &str = "program";

/// Tells the build script of the program where the client is.
const EMBED: &str = "RISER_EMBED_CLIENT";

/// The compiler's own target, and on Linux the one that needs nothing of the machine that it runs on.
pub(super) fn default_target() -> Result<String> {
    Ok(crate::tools::host_target()?.replace("-linux-gnu", "-linux-musl"))
}

pub(super) fn is_for_windows(target: &str) -> bool {
    target.contains("windows")
}

/// Gets the standard library and the C compiler for it.
pub(super) fn ensure_target(project: &Project, target: &str) -> Result {
    static_target::ensure(project, target)
}

pub(super) fn build(project: &Project, paths: &BuilderPaths, target: &str) -> Result<PathBuf> {
    let mut build = project.cargo();
    build.args(["build", "--locked", "--package", "riser-cli", "--profile", PROFILE, "--target", target]);
    build.env(EMBED, project.dist());
    // What a developer sets for quicker builds gives other bytes, or would take the place of what follows.
    build.env("CARGO_INCREMENTAL", "0");
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        build.env_remove(variable);
    }
    let underscored = target.replace('-', "_");
    let mut flags = paths.rustflags();
    if target.contains("musl") || target.contains("msvc") {
        flags.push_str(" -Ctarget-feature=+crt-static");
    }
    if is_for_windows(target) {
        // Without the time of the build.
        flags.push_str(" -Clink-arg=/Brepro");
    } else {
        build.env(format!("CFLAGS_{underscored}"), paths.cflags());
    }
    if target.contains("musl") {
        build.env(format!("CC_{underscored}"), static_target::C_COMPILER);
    }
    build.env(format!("CARGO_TARGET_{}_RUSTFLAGS", underscored.to_uppercase()), flags);
    run(&mut build)?;
    Ok(project.target.join(target).join(PROFILE).join(format!("riser{EXE_SUFFIX}")))
}

pub(super) fn build_for_tests(project: &Project, dist: &Path) -> Result<PathBuf> {
    let mut build = project.cargo();
    build.args(["build", "--package", "riser-cli"]).env(EMBED, dist);
    run(&mut build)?;
    Ok(project.target.join("debug").join(format!("riser{EXE_SUFFIX}")))
}

fn run(build: &mut Command) -> Result {
    run_shown(build).map_err(|failure| {
        let what = format!("the program did not build: {}", failure.what);
        Failure::new(what, "the compiler's message is above")
    })
}
