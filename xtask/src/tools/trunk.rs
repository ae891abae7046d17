//! Trunk, which bundles the client.

use super::cargo_install::{Install, folder, install};
use super::{Found, executable, github, on_path, version_of};
use crate::project::Project;
use crate::step::{Outcome, step};

/// The version this project is built with; it is what the tests ran against.
const VERSION: &str = "0.21.14";

/// Finds or installs Trunk.
pub(crate) fn ensure(project: &Project) -> Outcome<Found> {
    let found = |folder| Found { what: format!("trunk {VERSION}"), folder };
    if on_path("trunk").and_then(|trunk| version_of(&trunk)).as_deref() == Some(VERSION) {
        return Ok(found(None));
    }
    let folder = folder(project, "trunk", VERSION);
    let bin = folder.join("bin");
    if version_of(&bin.join(executable("trunk"))).as_deref() != Some(VERSION) {
        step("trunk", "bundles the client's WebAssembly, styles and page", || {
            if let Some(url) = release_url()
                && github::fetch(
                    project,
                    &folder,
                    &github::Release { url: &url, programs: &["trunk"], version: VERSION },
                )
                .is_some()
            {
                return Ok(());
            }
            let what = Install {
                name: "trunk",
                version: VERSION,
                locked: true,
                // Without TLS it cannot download, which it need not: every tool it calls is put on its PATH.
                arguments: &["--no-default-features"],
                optimised: &[],
            };
            install(project, &what).map(drop)
        })?;
    }
    Ok(found(Some(bin)))
}

fn release_url() -> Option<String> {
    let platform = github::platform()?;
    let ending = if cfg!(windows) { "zip" } else { "tar.gz" };
    github::possible().then(|| {
        format!("{}/trunk-rs/trunk/releases/download/v{VERSION}/trunk-{platform}.{ending}", github::HOST)
    })
}
