//! Trunk, which bundles the client.

use super::cargo_install::Install;
use super::github;
use super::program::InstalledTool;
use super::rust_tool::RustTool;
use crate::failure::Result;
use crate::project::Project;

/// The version this project is built with; it is what the tests ran against.
const VERSION: &str = "0.21.14";

/// Finds or installs Trunk.
pub(super) fn ensure(project: &Project) -> Result<InstalledTool> {
    let ending = if cfg!(windows) { "zip" } else { "tar.gz" };
    let archive = |platform| format!("trunk-rs/trunk/releases/download/v{VERSION}/trunk-{platform}.{ending}");
    let trunk = RustTool {
        why: "bundles the client's WebAssembly, styles and page",
        programs: &["trunk"],
        release: github::platform().map(archive),
        install: Install {
            name: "trunk",
            version: VERSION,
            // Without TLS it cannot download, which it need not: every tool it calls is put on its PATH.
            arguments: &["--no-default-features"],
            optimised: &[],
        },
    };
    trunk.ensure(project)
}
