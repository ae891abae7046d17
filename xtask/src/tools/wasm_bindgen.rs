//! wasm-bindgen, which writes the JavaScript side of the client, and its runner for tests in a browser.
//! Its version has to be exactly the library's in Cargo.lock.

use super::cargo_install::{Install, folder, install};
use super::{Found, executable, github, on_path, version_of};
use crate::project::Project;
use crate::step::{Outcome, step};

const PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/// Finds or installs wasm-bindgen.
pub(crate) fn ensure(project: &Project) -> Outcome<Found> {
    let version = project.locked_version("wasm-bindgen")?;
    let found = |folder| Found { what: format!("wasm-bindgen {version}"), folder };
    let fits = |program: &str| on_path(program).and_then(|it| version_of(&it)).as_ref() == Some(&version);
    if PROGRAMS.iter().all(|program| fits(program)) {
        return Ok(found(None));
    }
    let folder = folder(project, "wasm-bindgen-cli", &version);
    let bin = folder.join("bin");
    let installed = |program: &str| version_of(&bin.join(executable(program))).as_ref() == Some(&version);
    if !PROGRAMS.iter().all(|program| installed(program)) {
        step("wasm-bindgen", "joins WebAssembly and JavaScript, and runs tests in the browser", || {
            if let Some(url) = release_url(&version)
                && github::fetch(
                    project,
                    &folder,
                    &github::Release { url: &url, programs: &PROGRAMS, version: &version },
                )
                .is_some()
            {
                return Ok(());
            }
            let what = Install {
                name: "wasm-bindgen-cli",
                version: &version,
                // Its lock file can name versions newer than a registry mirror has.
                locked: false,
                // TLS is for browser farms in the network; ours is on this machine.
                arguments: &["--no-default-features", "--bin", PROGRAMS[0], "--bin", PROGRAMS[1]],
                optimised: &["gimli", "walrus", "wasm-bindgen-cli-support", "wasm-encoder", "wasmparser"],
            };
            install(project, &what).map(drop)
        })?;
    }
    Ok(found(Some(bin)))
}

fn release_url(version: &str) -> Option<String> {
    let platform = match github::platform()? {
        "aarch64-unknown-linux-musl" => "aarch64-unknown-linux-gnu",
        other => other,
    };
    github::possible().then(|| {
        format!(
            "{}/wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-{platform}.tar.gz",
            github::HOST
        )
    })
}
