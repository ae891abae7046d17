//! cargo-deny, for `cargo xtask deny` alone.

use super::cargo_install::{Install, folder, install};
use super::{executable, lock, on_path, version_of};
use crate::project::Project;
use crate::step::{Outcome, say, step};
use std::path::PathBuf;

const VERSION: &str = "0.20.2";

/// Finds or installs it. Any version that is already there will do.
pub(crate) fn ensure(project: &Project) -> Outcome<PathBuf> {
    if let Some(found) = on_path("cargo-deny") {
        return Ok(found);
    }
    let program = folder(project, "cargo-deny", VERSION).join("bin").join(executable("cargo-deny"));
    if version_of(&program).is_none() {
        let _lock = lock(project)?;
        step("cargo-deny", "checks licences, sources and advisories of the dependencies", || {
            let what = Install {
                name: "cargo-deny",
                version: VERSION,
                locked: true,
                arguments: &[],
                optimised: &[],
            };
            install(project, &what).map(drop).or_else(|_| {
                say("  its lock file names what this registry lacks; without it");
                install(project, &Install { locked: false, ..what }).map(drop)
            })
        })?;
    }
    Ok(program)
}
