//! `cargo xtask dist`: the static files, ready for any host. Trunk builds them; what a host needs besides is added:
//! compressed copies, and the headers in the files that several hosts read them from.

mod bindings;
pub(crate) mod builder_paths;
mod compress;
mod fingerprint;
mod messages;
mod page;

pub(crate) use compress::sizes;

use crate::failure::{Failure, Result};
use crate::files::files_below;
use crate::process::{exec, run_shown};
use crate::progress::{say, step};
use crate::project::Project;
use crate::tools::{self, Tools};
use builder_paths::BuilderPaths;
use fs_err as fs;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds `dist/` when what it is made from has changed. Returns whether there was anything to do.
pub(crate) fn ensure(project: &Project, tools: &Tools) -> Result<bool> {
    let dist = project.dist();
    let wanted = fingerprint::of_inputs(&project.root, &tools.versions)?;
    if fingerprint::matches(project, &wanted) {
        return Ok(false);
    }
    step("client", "the WebAssembly application, small and optimised (some minutes the first time)", || {
        trunk(project, tools)?;
        page::slim(&dist)?;
        messages::hash(&dist)?;
        bindings::shorten(&dist)?;
        compress::files(&dist)?;
        headers(&dist)
    })?;
    fingerprint::record(project, &wanted)?;
    Ok(true)
}

/// Trunk in the repository, with our tools and without the question whether there is a newer Trunk.
fn trunk_command(project: &Project, tools: &Tools) -> Command {
    let mut command = Command::new("trunk");
    tools.on_path(&mut command).current_dir(&project.root).env("TRUNK_SKIP_VERSION_CHECK", "true");
    if env::var_os("NO_COLOR").is_some() {
        // Trunk reads it as a boolean and stops at the `1` that other programs are happy with.
        command.env("NO_COLOR", "true");
    }
    command
}

/// `cargo xtask serve`: in a folder of its own, so that the release build in `dist/` stays what it is.
pub(crate) fn serve(project: &Project, arguments: &[String]) -> Result {
    let mut command = trunk_command(project, &tools::ensure_with_target(project)?);
    command.arg("serve").arg("--dist").arg(project.target.join("trunk-serve")).args(arguments);
    exec(command)
}

/// Compiles the standard library with the client, for size, and without what a panic would say: nobody reads it, and the page
/// says itself that it has stopped. A stable compiler keeps that behind the first of these.
const SMALL_STD: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];
const SMALL_STD_FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none";

fn trunk(project: &Project, tools: &Tools) -> Result {
    let mut command = trunk_command(project, tools);
    command.args(["build", "--release", "--dist"]).arg(project.dist());
    // What a developer sets for quicker builds gives other bytes.
    command.env("CARGO_INCREMENTAL", "0");
    // Added to those of `.cargo/config.toml`.
    let mut flags = BuilderPaths::find(project)?.rustflags();
    if tools.has_std_source {
        command.envs(SMALL_STD);
        flags.extend([" ", SMALL_STD_FLAGS]);
    }
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    run_shown(&mut command).map_err(|failure| {
        let what = format!("the client did not build: {}", failure.what);
        Failure::new(what, "the compiler's or Trunk's message is above")
    })
}

/// Writes the headers for the page as it stands, with the addresses that its configuration block has now.
pub(crate) fn headers(dist: &Path) -> Result {
    let path = dist.join("index.html");
    let page = fs::read_to_string(&path)
        .map_err(|error| Failure::new(error.to_string(), "build the client: `cargo xtask dist`"))?;
    let config = client_hosting::config(&page).map_err(|error| {
        Failure::new(format!("{}: {error}", path.display()), "repair the block in index.html")
    })?;
    let name = |path: &PathBuf| Some(path.strip_prefix(dist).ok()?.to_str()?.replace('\\', "/"));
    let names: Vec<String> = files(dist)?.iter().filter_map(name).collect();
    let security = client_hosting::security_headers(&page, &config);
    for (name, text) in client_hosting::host_files(&security, &names) {
        fs::write(dist.join(name), text)?;
    }
    Ok(())
}

/// The files that a browser asks for, in the order of their names.
pub(crate) fn files(dist: &Path) -> Result<Vec<PathBuf>> {
    let is_copy = |path: &Path| path.extension().is_some_and(|it| it == "br" || it == "gz");
    let is_for_hosts = |path: &Path| client_hosting::HOST_FILES.iter().any(|name| path.ends_with(name));
    let mut found = files_below(dist)?;
    found.retain(|path| !is_copy(path) && !is_for_hosts(path));
    Ok(found)
}

pub(crate) fn run(project: &Project) -> Result {
    if !ensure(project, &tools::ensure(project)?)? {
        headers(&project.dist())?;
        say("nothing has changed since the last build");
    }
    say(&format!("the static files are in {}", project.dist().display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: host-caching
    #[test]
    fn hosts_are_told_how_long_the_page_may_be_kept() {
        let dist = std::env::temp_dir().join(format!("riser-hosts-{}", std::process::id()));
        drop(fs::remove_dir_all(&dist));
        fs::create_dir_all(&dist).unwrap();
        let page = "<script type=\"application/json\" id=\"riser-config\">{\"api\": \"https://api.example\"}</script>";
        for (name, text) in [("index.html", page), ("riser-17ae3b29f064e577.js", "")] {
            fs::write(dist.join(name), text).unwrap();
        }
        // Twice: what was written for the hosts is no file of the client.
        for _ in 0..2 {
            headers(&dist).unwrap();
            assert_eq!(files(&dist).unwrap().len(), 2);
        }
        for name in client_hosting::HOST_FILES {
            let text = fs::read_to_string(dist.join(name)).unwrap();
            assert!(text.contains("connect-src 'self' https://api.example"), "{name}: {text}");
            assert!(text.contains("no-cache") && text.contains("immutable"), "{name}: {text}");
        }
        fs::remove_dir_all(&dist).unwrap();
    }
}
