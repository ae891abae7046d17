//! The tools a build needs and a new machine lacks. Each is looked for on `PATH`, then in the folder of tools, then
//! fetched: the ordinary way first, and where that host cannot be reached, from crates.io, npm or Debian.

pub(crate) mod browser;
mod cargo_install;
pub(crate) mod cargo_tools;
mod debian;
mod github;
pub(crate) mod node;
pub(crate) mod postgres;
pub(crate) mod python;
pub(crate) mod trunk;
mod wasm_bindgen;
mod wasm_opt;
mod wasm_source;
pub(crate) mod wasm_target;

use crate::project::Project;
use crate::step::{Failure, Outcome, answer};
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a build of the client runs with.
pub(crate) struct Tools {
    folders: Vec<PathBuf>,
    /// Names and versions, for the fingerprint of a build.
    pub(crate) versions: Vec<String>,
    /// Is the source of the standard library there?
    pub(crate) has_std_source: bool,
}

/// One tool, ready to run.
pub(crate) struct Found {
    /// Name and version, as in `trunk 0.21.14`.
    what: String,
    /// The folder that has to stand on `PATH`; none when it already does.
    folder: Option<PathBuf>,
}

/// Gets everything that building the client needs. Quick when nothing is missing.
pub(crate) fn ensure(project: &Project) -> Outcome<Tools> {
    let _lock = lock(project)?;
    wasm_target::ensure(project)?;
    let found = [trunk::ensure(project)?, wasm_bindgen::ensure(project)?, wasm_opt::ensure(project)?];
    let has_std_source = wasm_target::ensure_source(project)?;
    let mut tools = Tools { folders: Vec::new(), versions: Vec::new(), has_std_source };
    tools.versions.extend(has_std_source.then(|| "rust-src".to_owned()));
    for tool in found {
        tools.versions.push(tool.what);
        tools.folders.extend(tool.folder);
    }
    Ok(tools)
}

impl Tools {
    /// Puts the tools first on the `PATH` of a command.
    pub(crate) fn on_path<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("PATH", self.path())
    }

    fn path(&self) -> OsString {
        let before = env::var_os("PATH").unwrap_or_default();
        let all = self.folders.iter().cloned().chain(env::split_paths(&before));
        // A folder with the separator in its name cannot be on any PATH; then the old one has to do.
        env::join_paths(all).unwrap_or(before)
    }
}

/// Two runs at once must not install into the same folder. The lock goes away with the process.
pub(crate) fn lock(project: &Project) -> Outcome<File> {
    let path = project.tools.join("lock");
    let file = fs::create_dir_all(&project.tools).and_then(|()| File::create(&path));
    let file = file.map_err(|error| {
        let mut failure = Failure::io("write", &path, &error);
        "set RISER_TOOLS to a folder that may be written".clone_into(&mut failure.advice);
        failure
    })?;
    if file.try_lock().is_err() {
        crate::step::say("  waiting for another `cargo xtask` that is getting tools");
        file.lock().map_err(|error| Failure::io("lock", &path, &error))?;
    }
    Ok(file)
}

/// The version a tool reports: the first word of its answer that begins with a digit.
fn version_of(program: &Path) -> Option<String> {
    version_in(&answer(Command::new(program).arg("--version"))?)
}

fn version_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || c == '(' || c == ')')
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// A program on `PATH`, as a full path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(executable(name))).find(|program| program.is_file())
}

/// The file name of a program on this system.
fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_say() {
        assert_eq!(version_in("trunk 0.21.14").as_deref(), Some("0.21.14"));
        assert_eq!(version_in("wasm-opt version 132 (version_132)").as_deref(), Some("132"));
        assert_eq!(
            version_in("ChromeDriver 156.0.8078.47 (abc-refs/heads)").as_deref(),
            Some("156.0.8078.47")
        );
        assert_eq!(version_in("Google Chrome 156.0.1 ").as_deref(), Some("156.0.1"));
        assert_eq!(version_in("no number"), None);
    }
}
