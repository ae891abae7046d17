//! Programs written in Rust, of exactly one version: ready-made from GitHub, or built from crates.io.

use super::cargo_install::{Install, folder, install};
use super::github::{self, Release};
use super::program::{InstalledTool, executable, on_path, version_of};
use crate::failure::Result;
use crate::progress::step;
use crate::project::Project;
use std::path::Path;

pub(super) struct RustTool<'a> {
    /// What it is for.
    pub(super) why: &'a str,
    /// The first names the tool.
    pub(super) programs: &'a [&'a str],
    /// The path of its archive on GitHub, where there is one for this platform.
    pub(super) release: Option<String>,
    pub(super) install: Install<'a>,
}

impl RustTool<'_> {
    /// Finds or installs it.
    pub(super) fn ensure(&self, project: &Project) -> Result<InstalledTool> {
        let Self { why, programs, install: Install { name: package, version, .. }, .. } = self;
        let name = programs[0];
        let fits = |program: &Path| version_of(program).as_deref() == Some(version);
        let found = |folder| InstalledTool { what: format!("{name} {version}"), folder };
        if programs.iter().all(|program| on_path(program).is_some_and(|program| fits(&program))) {
            return Ok(found(None));
        }
        let folder = folder(project, package, version);
        let bin = folder.join("bin");
        if !programs.iter().all(|program| fits(&bin.join(executable(program)))) {
            step(name, why, || match self.fetch(project, &folder) {
                Some(()) => Ok(()),
                None => install(project, &self.install),
            })?;
        }
        Ok(found(Some(bin)))
    }

    fn fetch(&self, project: &Project, folder: &Path) -> Option<()> {
        let url = format!("{}/{}", github::HOST, self.release.as_ref()?);
        let release = Release { url: &url, programs: self.programs, version: self.install.version };
        github::is_possible().then(|| github::fetch(project, folder, &release))?
    }
}
