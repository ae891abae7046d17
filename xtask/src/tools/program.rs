//! Programs, and where they are.

use crate::failure::{Failure, Result};
use crate::process::output_of;
use crate::progress::say;
use crate::project::Project;
use fs_err as fs;
use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct InstalledTool {
    /// Name and version, as in `trunk 0.21.14`.
    pub(super) what: String,
    /// The folder that has to stand on `PATH`; none when it already does.
    pub(super) folder: Option<PathBuf>,
}

/// Two runs at once must not install into the same folder. The lock goes away with the process.
pub(super) fn lock(project: &Project) -> Result<File> {
    let path = project.tools.join("lock");
    let file = fs::create_dir_all(&project.tools).and_then(|()| fs::File::create(&path));
    let advice = "set RISER_TOOLS to a folder that may be written";
    let file = file.map_err(|error| Failure::new(Failure::from(error).what, advice))?.into_file();
    if file.try_lock().is_err() {
        say("  waiting for another `cargo xtask` that is getting tools");
        file.lock()?;
    }
    Ok(file)
}

/// The version a tool reports: the first word of its answer that begins with a digit.
pub(super) fn version_of(program: &Path) -> Option<String> {
    version_in(&output_of(Command::new(program).arg("--version"))?)
}

pub(super) fn version_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || c == '(' || c == ')')
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// A program on `PATH`, as a full path.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(executable(name))).find(|program| program.is_file())
}

/// The file name of a program on this system.
pub(super) fn executable(name: &str) -> String {
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
