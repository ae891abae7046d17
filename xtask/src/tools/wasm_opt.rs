//! wasm-opt (Binaryen), which makes the client's WebAssembly smaller.

use super::cargo_install::{Install, folder, install};
use super::program::{InstalledTool, executable, on_path, version_of};
use super::{github, node};
use crate::failure::{Failure, Result};
use crate::process::output_of;
use crate::progress::{say, step};
use crate::project::Project;
#[cfg(unix)]
use fs_err as fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = "132";
/// The oldest that was tried with what today's compiler emits and with the options in `index.html`.
const OLDEST: u32 = 116;
/// The crate that compiles Binaryen itself, and its last release.
const CRATE: &str = "wasm-opt";
const CRATE_VERSION: &str = "0.116.1";

pub(crate) fn ensure(project: &Project) -> Result<InstalledTool> {
    if let Some(version) = on_path("wasm-opt").and_then(|it| fitting(&it)) {
        return Ok(InstalledTool { what: format!("wasm-opt {version}"), folder: None });
    }
    let ready_made = project.tools.join(format!("binaryen-{VERSION}"));
    let built = folder(project, CRATE, CRATE_VERSION);
    if let Some(found) = [&ready_made, &built].into_iter().find_map(|folder| found(folder)) {
        return Ok(found);
    }
    let mut installed = ready_made;
    step("wasm-opt", "makes the client's WebAssembly smaller", || {
        if from_github(project, &installed).or_else(|| from_npm(project, &installed)).is_none() {
            // Needs a C++ compiler and several minutes, but nothing else than crates.io. The folder says what is in it: this
            // Binaryen is an older one.
            let optimised = &["wasm-opt-cxx-sys", "wasm-opt-sys"];
            install(project, &Install { name: CRATE, version: CRATE_VERSION, arguments: &[], optimised })?;
            installed = built;
        }
        Ok(())
    })?;
    found(&installed).ok_or_else(|| {
        Failure::new(
            format!("{} is no wasm-opt of version {OLDEST} or newer that runs here", program(&installed).display()),
            "install Binaryen from your system's packages, so that such a `wasm-opt` is on PATH, and run this again",
        )
    })
}

fn program(folder: &Path) -> PathBuf {
    folder.join("bin").join(executable("wasm-opt"))
}

/// What is installed in the folder, if it can be used.
fn found(folder: &Path) -> Option<InstalledTool> {
    let version = fitting(&program(folder))?;
    Some(InstalledTool { what: format!("wasm-opt {version}"), folder: Some(folder.join("bin")) })
}

/// The version of a program that runs and is new enough.
fn fitting(program: &Path) -> Option<String> {
    version_of(program).filter(|version| fits(version))
}

fn fits(version: &str) -> bool {
    version.split('.').next().and_then(|major| major.parse().ok()).is_some_and(|major: u32| major >= OLDEST)
}

fn from_github(project: &Project, folder: &Path) -> Option<()> {
    github::platform()?;
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let arch = if (os, arch) == ("macos", "aarch64") { "arm64" } else { arch };
    let path = format!("version_{VERSION}/binaryen-version_{VERSION}-{arch}-{os}.tar.gz");
    let path = format!("WebAssembly/binaryen/releases/download/{path}");
    github::fetch(project, folder, &path, &["wasm-opt"], VERSION)
}

/// The npm package is Binaryen compiled to WebAssembly in a script for Node: the same optimiser on every platform.
fn from_npm(project: &Project, folder: &Path) -> Option<()> {
    if cfg!(windows) || output_of(Command::new("node").arg("--version")).is_none() {
        say("  npm's build of Binaryen needs Node on a Unix system; another way");
        return None;
    }
    let package = format!("binaryen@{VERSION}");
    if let Err(failure) = node::install(project, folder, &package) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_that_know_todays_features_are_taken() {
        assert!(fits("132") && fits("116"));
        assert!(!fits("108") && !fits("") && !fits("x"));
    }
    #[cfg(unix)]
    #[test]
    fn what_is_installed_counts_when_it_runs_and_is_new_enough() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::env::temp_dir().join(format!("riser-wasm-opt-{}", std::process::id()));
        fs::create_dir_all(folder.join("bin")).unwrap();
        assert!(found(&folder).is_none(), "nothing is there");
        for (says, usable) in [("108", false), ("116", true), ("132", true)] {
            fs::write(program(&folder), format!("#!/bin/sh\necho wasm-opt version {says}\n")).unwrap();
            fs::set_permissions(program(&folder), std::fs::Permissions::from_mode(0o755)).unwrap();
            let found = found(&folder);
            assert_eq!(found.is_some(), usable, "{says}");
            assert!(found.is_none_or(|it| it.folder == Some(folder.join("bin")) && it.what.ends_with(says)));
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_last_way_leads_to_a_version_that_is_taken() {
        assert!(CRATE_VERSION.split('.').nth(1).is_some_and(fits));
    }
}
