//! wasm-opt (Binaryen), which makes the client's WebAssembly smaller.

use super::cargo_install::{Install, install};
use super::{Found, executable, github, on_path, version_of};
use crate::project::Project;
use crate::step::{Failure, Outcome, answer, run_logged, say, step};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version this project is built with.
const VERSION: &str = "132";
/// The oldest that was tried with what today's compiler emits.
const OLDEST: u32 = 116;
/// The last release of the `wasm-opt` crate, which compiles Binaryen itself.
const CRATE_VERSION: &str = "0.116.1";

/// Finds or installs wasm-opt.
pub(crate) fn ensure(project: &Project) -> Outcome<Found> {
    if let Some(version) = on_path("wasm-opt").and_then(|it| version_of(&it)).filter(|it| fits(it)) {
        return Ok(Found { what: format!("wasm-opt {version}"), folder: None });
    }
    let folder = project.tools.join(format!("binaryen-{VERSION}"));
    let bin = folder.join("bin");
    let program = bin.join(executable("wasm-opt"));
    if version_of(&program).is_none() {
        step("wasm-opt", "makes the client's WebAssembly smaller", || {
            from_github(project, &folder)
                .or_else(|| from_npm(project, &folder))
                .map_or_else(|| from_crates_io(project, &folder), Ok)
        })?;
    }
    let version = version_of(&program).ok_or_else(|| {
        Failure::new(
            format!("{} does not run", program.display()),
            "install Binaryen from your system's packages, so that `wasm-opt` is on PATH, and run this again",
        )
    })?;
    Ok(Found { what: format!("wasm-opt {version}"), folder: Some(bin) })
}

fn fits(version: &str) -> bool {
    version.split('.').next().and_then(|major| major.parse().ok()).is_some_and(|major: u32| major >= OLDEST)
}

fn from_github(project: &Project, folder: &Path) -> Option<()> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64-linux",
        ("linux", "aarch64") => "aarch64-linux",
        ("macos", "x86_64") => "x86_64-macos",
        ("macos", "aarch64") => "arm64-macos",
        ("windows", "x86_64") => "x86_64-windows",
        _ => return None,
    };
    let host = github::HOST;
    let url = format!(
        "{host}/WebAssembly/binaryen/releases/download/version_{VERSION}/binaryen-version_{VERSION}-{platform}.tar.gz"
    );
    let release = github::Release { url: &url, programs: &["wasm-opt"], version: VERSION };
    github::possible().then(|| github::fetch(project, folder, &release))?.map(drop)
}

/// The npm package is Binaryen compiled to WebAssembly in a script for Node: the same optimiser on every platform.
fn from_npm(project: &Project, folder: &Path) -> Option<()> {
    if cfg!(windows) || answer(Command::new("node").arg("--version")).is_none() {
        say("  npm's build of Binaryen needs Node on a Unix system; another way");
        return None;
    }
    let package = format!("binaryen@{VERSION}");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"]);
    npm.arg(folder).arg(&package);
    if let Err(failure) = run_logged(&mut npm, &project.log("binaryen")) {
        say(&format!("  {package} could not be had from npm; another way\n{failure}"));
        return None;
    }
    link(&folder.join("node_modules/binaryen/bin/wasm-opt"), &folder.join("bin"))
}

#[cfg(unix)]
fn link(program: &Path, bin: &PathBuf) -> Option<()> {
    fs::create_dir_all(bin).ok()?;
    let target = bin.join("wasm-opt");
    drop(fs::remove_file(&target));
    std::os::unix::fs::symlink(program, &target).ok()
}

#[cfg(not(unix))]
fn link(_program: &Path, _bin: &PathBuf) -> Option<()> {
    None
}

/// Needs a C++ compiler and several minutes, but nothing else than crates.io.
fn from_crates_io(project: &Project, folder: &Path) -> Outcome {
    let what = Install {
        name: "wasm-opt",
        version: CRATE_VERSION,
        locked: true,
        arguments: &[],
        optimised: &["wasm-opt-cxx-sys", "wasm-opt-sys"],
    };
    let built = install(project, &what)?;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)
        .and_then(|()| {
            fs::copy(built.join("bin").join(executable("wasm-opt")), bin.join(executable("wasm-opt")))
        })
        .map(drop)
        .map_err(|error| Failure::io("write", &bin, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_that_know_todays_features_are_taken() {
        assert!(fits("132") && fits("116"));
        assert!(!fits("108") && !fits("") && !fits("x"));
    }
}
