//! Where things are: the repository, the build directory, the folder of tools.
//! The tools live outside the repository, so that every clone on a machine shares them.

use crate::failure::{Failure, Result};
use crate::process::output_of;
use fs_err as fs;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// Cargo's build directory, as `CARGO_TARGET_DIR` or a config file says.
    pub(crate) target: PathBuf,
    pub(crate) tools: PathBuf,
}

impl Project {
    /// Asks cargo, because only it knows what the configuration files say about the build directory.
    pub(crate) fn find() -> Result<Self> {
        let mut ask = Command::new(cargo());
        ask.args(["metadata", "--no-deps", "--format-version", "1"]);
        if let Some(manifest) = env::var_os("CARGO_MANIFEST_DIR") {
            ask.current_dir(manifest);
        }
        let text = output_of(&mut ask).ok_or_else(|| {
            Failure::new("`cargo metadata` gave no answer", "run it as `cargo xtask …` inside the repository")
        })?;
        let metadata: serde_json::Value = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("`cargo metadata` is not JSON: {error}"), ""))?;
        let folder = |key: &str| {
            let missing = || {
                Failure::new(
                    format!("`cargo metadata` has no `{key}`"),
                    "use the Rust toolchain of Cargo.toml",
                )
            };
            metadata[key].as_str().map(PathBuf::from).ok_or_else(missing)
        };
        Ok(Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            tools: tools_folder()?,
        })
    }

    /// `cargo`, to be run in the repository.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root);
        command
    }

    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Where the output of a quiet step goes.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.tools.join("logs").join(format!("{name}.log"))
    }

    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = fs::read_to_string(self.root.join("Cargo.lock"))?;
        version_in_lock(&lock, package).ok_or_else(|| {
            Failure::new(format!("Cargo.lock holds no package `{package}`"), "run `cargo check`")
        })
    }
}

/// The cargo that started this program, else the one on `PATH`.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where cargo keeps the sources of packages.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    set("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// `$RISER_TOOLS`, or `riser/tools` in the user's cache.
fn tools_folder() -> Result<PathBuf> {
    if let Some(chosen) = set("RISER_TOOLS") {
        return Ok(std::path::absolute(&chosen)?);
    }
    let below_home = |path: &str| env::home_dir().map(|home| home.join(path));
    let cache = if cfg!(windows) {
        set("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        below_home("Library/Caches")
    } else {
        set("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| below_home(".cache"))
    };
    let advice = "set RISER_TOOLS to a folder that may be written";
    let homeless = || Failure::new("this user has no home folder to keep tools in", advice);
    cache.map(|cache| cache.join("riser/tools")).ok_or_else(homeless)
}

fn set(variable: &str) -> Option<OsString> {
    env::var_os(variable).filter(|value| !value.is_empty())
}

/// Reads the version out of the text of a Cargo.lock, whose layout cargo keeps stable line by line.
fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    Some(lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"registry\"\n";

    #[test]
    fn the_version_of_exactly_that_package_is_found() {
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(LOCK, "wasm"), None);
        assert_eq!(version_in_lock("name = \"wasm-bindgen\"", "wasm-bindgen"), None);
    }
}
