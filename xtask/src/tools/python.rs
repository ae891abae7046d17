//! Python with packages from `PyPI`, for the APIs and providers of others that the end-to-end tests run.

use super::debian::DebianProgram;
use super::program::{lock, on_path};
use crate::failure::Result;
use crate::hex::hex;
use crate::process::{output_of, run_logged};
use crate::progress::step;
use crate::project::Project;
use fs_err as fs;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest that all packages run with.
const OLDEST: (u32, u32) = (3, 10);
/// What has to be installed, all of it with its version.
const WANTED: &str = "tests/interop/requirements.txt";
/// Written into an environment when everything is in it.
const STAMP: &str = "installed";
const PYTHON: DebianProgram<'_> = DebianProgram {
    name: "Python",
    why: "APIs and providers that others wrote run on it",
    packages: &["python3", "python3-venv"],
    size: "about 40 MB",
    by_hand: "install Python 3.10 or later with `venv` (https://python.org; on Debian `apt-get install python3 python3-venv`), so \
                       that `python3` is on PATH, and run this again",
};

/// An environment with the packages of the programs that the end-to-end tests let in from outside: its interpreter.
pub(crate) fn for_tests(project: &Project) -> Result<PathBuf> {
    let wanted_at = project.root.join(WANTED);
    let wanted = fs::read(&wanted_at)?;
    let missing = || format!("there is no Python {}.{} or later with venv", OLDEST.0, OLDEST.1);
    let python = PYTHON.ensure(project, || found().ok_or_else(missing))?;
    // The packages of one version are no good for another, and clones with other packages share the folder of tools.
    let name = environment(&version(&python).unwrap_or_default(), &wanted);
    let folder = project.tools.join(&name);
    let ours = interpreter(&folder);
    if folder.join(STAMP).is_file() && ours.is_file() {
        return Ok(ours);
    }
    step("packages of interop for Python", "pip installs what its requirements.txt names", || {
        let _lock = lock(project)?;
        if folder.join(STAMP).is_file() {
            return Ok(());
        }
        let log = project.log("pip-interop");
        run_logged(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&folder), &log)?;
        let mut install = Command::new(&ours);
        install.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--requirement"]);
        run_logged(install.arg(&wanted_at), &log)?;
        let stamp = folder.join(STAMP);
        Ok(fs::write(&stamp, &wanted)?)
    })?;
    Ok(ours)
}

/// The one on `PATH`, when it is new enough and can make environments. Debian's has that in a package of its own.
fn found() -> Option<PathBuf> {
    let names: &[&str] = if cfg!(windows) { &["python3", "python"] } else { &["python3"] };
    names.iter().filter_map(|name| on_path(name)).find(|python| {
        version(python).is_some_and(|version| fits(&version))
            && output_of(Command::new(python).args(["-c", "import ensurepip, venv"])).is_some()
    })
}

/// As in `3.11`.
fn version(python: &Path) -> Option<String> {
    output_of(Command::new(python).args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]))
}

fn fits(version: &str) -> bool {
    let numbers = version.trim().split_once('.');
    let numbers = numbers.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    numbers.is_some_and(|numbers: (u32, u32)| numbers >= OLDEST)
}

fn environment(version: &str, wanted: &[u8]) -> String {
    let hash = hex(&Sha256::digest(wanted)[..6]);
    format!("python-{}-{hash}", version.trim())
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ten_and_later_will_do() {
        for (version, will_do) in
            [("3.10", true), ("3.11\n", true), ("4.0", true), ("3.9", false), ("2.7", false), ("", false)]
        {
            assert_eq!(fits(version), will_do, "{version:?}");
        }
    }

    #[test]
    fn other_packages_and_other_versions_get_another_environment() {
        let one = environment("3.11", b"flask==3.1.3\n");
        assert!(one.starts_with("python-3.11-"), "{one}");
        assert_eq!(one, environment("3.11\n", b"flask==3.1.3\n"));
        assert_ne!(one, environment("3.11", b"flask==3.1.2\n"));
        assert_ne!(one, environment("3.12", b"flask==3.1.3\n"));
    }

    #[test]
    fn every_requirement_has_its_version() {
        let text = fs::read_to_string(Project::find().unwrap().root.join(WANTED)).unwrap();
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(lines.len() > 40, "the file was read");
        let loose: Vec<_> = lines.iter().filter(|line| line.split("==").count() != 2).collect();
        assert!(loose.is_empty(), "{loose:#?}");
    }
}
