//! wasm-bindgen, which writes the JavaScript side of the client, and its runner for tests in a browser.
//! Its version has to be exactly the library's in Cargo.lock.

use super::cargo_install::Install;
use super::github;
use super::program::InstalledTool;
use super::rust_tool::RustTool;
use crate::failure::Result;
use crate::project::Project;

const PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/// Finds or installs wasm-bindgen.
pub(super) fn ensure(project: &Project) -> Result<InstalledTool> {
    let version = project.locked_version("wasm-bindgen")?;
    let archive = |platform| {
        let platform =
            if platform == "aarch64-unknown-linux-musl" { "aarch64-unknown-linux-gnu" } else { platform };
        format!(
            "wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-{platform}.tar.gz"
        )
    };
    let wasm_bindgen = RustTool {
        why: "joins WebAssembly and JavaScript, and runs tests in the browser",
        programs: &PROGRAMS,
        release: github::platform().map(archive),
        install: Install {
            name: "wasm-bindgen-cli",
            version: &version,
            // TLS is for browser farms in the network; ours is on this machine.
            arguments: &["--no-default-features", "--bin", PROGRAMS[0], "--bin", PROGRAMS[1]],
            optimised: &["gimli", "walrus", "wasm-bindgen-cli-support", "wasm-encoder", "wasmparser"],
        },
    };
    wasm_bindgen.ensure(project)
}
