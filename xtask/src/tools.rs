//! The tools a build needs and a new machine lacks. Each is looked for on `PATH`, then in the folder of tools, then
//! fetched: the ordinary way first, and where that host cannot be reached, from crates.io, npm or Debian.

pub(crate) mod browser;
mod cargo_install;
pub(crate) mod cargo_tools;
mod compiler;
mod debian;
mod debian_source;
mod github;
pub(crate) mod node;
pub(crate) mod postgres;
mod program;
pub(crate) mod python;
mod rust_source;
mod rust_tool;
pub(crate) mod static_target;
mod wasm_opt;
pub(crate) mod wasm_target;

use crate::failure::Result;
use crate::project::Project;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct Tools {
    folders: Vec<PathBuf>,
    /// Names and versions, for the fingerprint of a build.
    pub(crate) versions: Vec<String>,
    /// Is the source of the standard library there?
    pub(crate) has_std_source: bool,
}

/// Gets everything that a release build of the client needs. Quick when nothing is missing.
pub(crate) fn ensure(project: &Project) -> Result<Tools> {
    let _lock = program::lock(project)?;
    let has_std_source = rust_source::ensure(project)?;
    // A release build compiles the standard library itself where it has the source.
    if !has_std_source {
        wasm_target::ensure(project)?;
    }
    let found = [rust_tool::trunk(project)?, rust_tool::wasm_bindgen(project)?, wasm_opt::ensure(project)?];
    let mut tools = Tools { folders: Vec::new(), versions: Vec::new(), has_std_source };
    tools.versions.extend(has_std_source.then(|| "rust-src".to_owned()));
    for tool in found {
        tools.versions.push(tool.what);
        tools.folders.extend(tool.folder);
    }
    Ok(tools)
}

/// Gets the target for builds beside the release as well: `trunk serve`, lints, tests in the browser.
pub(crate) fn ensure_with_target(project: &Project) -> Result<Tools> {
    let tools = ensure(project)?;
    let _lock = program::lock(project)?;
    wasm_target::ensure(project)?;
    Ok(tools)
}

/// What the compiler builds for when nothing else is said.
pub(crate) fn host_target() -> Result<String> {
    Ok(compiler::Compiler::ask()?.host)
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
