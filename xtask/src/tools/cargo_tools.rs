//! The programs behind `cargo xtask deny`, `mutants` and `fuzz`, each got by the command that needs it: nobody waits
//! for them who only wants to run the tests.

use super::cargo_install::{Install, folder, install};
use super::program::{executable, lock, on_path, version_in};
use crate::failure::Result;
use crate::process::output_of;
use crate::progress::step;
use crate::project::Project;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct CargoTool {
    name: &'static str,
    /// What is installed where there is none.
    version: &'static str,
    why: &'static str,
    /// Must it be this version? Names in a checked-in list depend on it.
    exactly: bool,
}

pub(crate) const DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
    why: "checks licences, sources and advisories of the dependencies",
    exactly: false,
};
/// Another version makes other mutants, and describes them with other words.
pub(crate) const MUTANTS: CargoTool = CargoTool {
    name: "cargo-mutants",
    version: "27.1.0",
    why: "breaks the core on purpose, to see whether a test notices",
    exactly: true,
};
pub(crate) const FUZZ: CargoTool = CargoTool {
    name: "cargo-fuzz",
    version: "0.13.2",
    why: "builds and runs the fuzz targets",
    exactly: false,
};

impl CargoTool {
    /// Asked as cargo would ask it: some of these programs answer to `cargo x` alone.
    fn version_of(&self, program: &Path) -> Option<String> {
        let subcommand = self.name.trim_start_matches("cargo-");
        version_in(&output_of(Command::new(program).args([subcommand, "--version"]))?)
    }
}

pub(crate) fn ensure(project: &Project, tool: &CargoTool) -> Result<PathBuf> {
    let CargoTool { name, version, why, exactly } = *tool;
    let fits = |program: &PathBuf| !exactly || tool.version_of(program).as_deref() == Some(version);
    if let Some(found) = on_path(name).filter(fits) {
        return Ok(found);
    }
    let program = folder(project, name, version).join("bin").join(executable(name));
    if tool.version_of(&program).is_none() {
        let _lock = lock(project)?;
        let what = Install { name, version, arguments: &[], optimised: &[] };
        step(name, why, || install(project, &what))?;
    }
    Ok(program)
}
