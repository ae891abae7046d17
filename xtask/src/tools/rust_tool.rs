//! Trunk and wasm-bindgen, each of exactly one version: ready-made from GitHub, or built from crates.io.

use super::cargo_install::{Install, folder, install};
use super::github;
use super::program::{InstalledTool, executable, on_path, version_of};
use crate::failure::Result;
use crate::progress::step;
use crate::project::Project;
use std::path::Path;

/// What the tests ran against.
const TRUNK_VERSION: &str = "0.21.14";

struct RustTool<'a> {
    why: &'a str,
    /// The first names the tool.
    programs: &'a [&'a str],
    /// The path of its archive on GitHub, where there is one for this platform.
    release: Option<String>,
    install: Install<'a>,
}

/// Bundles the client.
pub(super) fn trunk(project: &Project) -> Result<InstalledTool> {
    let ending = if cfg!(windows) { "zip" } else { "tar.gz" };
    let archive =
        |platform| format!("trunk-rs/trunk/releases/download/v{TRUNK_VERSION}/trunk-{platform}.{ending}");
    RustTool {
        why: "bundles the client's WebAssembly, styles and page",
        programs: &["trunk"],
        release: github::platform().map(archive),
        install: Install {
            name: "trunk",
            version: TRUNK_VERSION,
            // Without TLS it cannot download, which it need not: every tool it calls is put on its PATH.
            arguments: &["--no-default-features"],
            optimised: &[],
        },
    }
    .ensure(project)
}

/// Writes the JavaScript side of the client. Its version has to be exactly the library's in Cargo.lock.
pub(super) fn wasm_bindgen(project: &Project) -> Result<InstalledTool> {
    let version = project.locked_version("wasm-bindgen")?;
    let archive = |platform: &str| {
        let platform = platform.replace("aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu");
        format!(
            "wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-{platform}.tar.gz"
        )
    };
    RustTool {
        why: "joins WebAssembly and JavaScript, and runs tests in the browser",
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        release: github::platform().map(archive),
        install: Install {
            name: "wasm-bindgen-cli",
            version: &version,
            // TLS is for browser farms in the network; ours is on this machine.
            arguments: &["--no-default-features", "--bin=wasm-bindgen", "--bin=wasm-bindgen-test-runner"],
            optimised: &["gimli", "walrus", "wasm-bindgen-cli-support", "wasm-encoder", "wasmparser"],
        },
    }
    .ensure(project)
}

impl RustTool<'_> {
    fn ensure(&self, project: &Project) -> Result<InstalledTool> {
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
            step(name, why, || {
                let ready_made = |path: &String| github::fetch(project, &folder, path, programs, version);
                self.release.as_ref().and_then(ready_made).map_or_else(|| install(project, &self.install), Ok)
            })?;
        }
        Ok(found(Some(bin)))
    }
}
