//! `cargo xtask dist`: the static files, ready for any host. Trunk builds them; what a host needs besides is added:
//! compressed copies, and the headers in the format of Netlify and Cloudflare.

mod compress;
mod fingerprint;
mod page;

pub(crate) use compress::{Sizes, sizes};

use crate::project::Project;
use crate::step::{Failure, Outcome, run_shown, say, step};
use crate::tools::Tools;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADERS: &str = "_headers";

/// Builds `dist/` when what it is made from has changed. Returns whether there was anything to do.
pub(crate) fn ensure(project: &Project, tools: &Tools) -> Outcome<bool> {
    let dist = project.dist();
    let wanted = fingerprint::of_inputs(&project.root, &tools.versions)?;
    if fingerprint::matches(project, &wanted) {
        return Ok(false);
    }
    step("client", "the WebAssembly application, small and optimised (some minutes the first time)", || {
        trunk(project, tools)?;
        page::slim(&dist)?;
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
pub(crate) fn serve(project: &Project, arguments: &[String]) -> Outcome {
    let tools = crate::tools::ensure(project)?;
    let mut command = trunk_command(project, &tools);
    command.arg("serve").arg("--dist").arg(project.target.join("trunk-serve")).args(arguments);
    crate::up::become_it(command)
}

fn trunk(project: &Project, tools: &Tools) -> Outcome {
    let mut command = trunk_command(project, tools);
    command.args(["build", "--release", "--dist"]).arg(project.dist());
    run_shown(&mut command).map_err(|failure| {
        Failure::new(
            format!("the client did not build: {}", failure.what),
            "the compiler's or Trunk's message is above",
        )
    })
}

/// Writes the headers for the page as it stands, with the addresses that its configuration block has now.
pub(crate) fn headers(dist: &Path) -> Outcome {
    let path = dist.join("index.html");
    let page = fs::read_to_string(&path).map_err(|error| {
        Failure::new(
            format!("could not read {}: {error}", path.display()),
            "build the client: `cargo xtask dist`",
        )
    })?;
    let config = site::config(&page).map_err(|error| {
        Failure::new(format!("{}: {error}", path.display()), "repair the block in index.html")
    })?;
    let hashed = files(dist)?.into_iter().filter(|path| is_hashed(path));
    let names = hashed.filter_map(|path| Some(path.strip_prefix(dist).ok()?.to_str()?.replace('\\', "/")));
    let text = headers_file(&site::security_headers(&page, &config), names);
    let path = dist.join(HEADERS);
    fs::write(&path, text).map_err(|error| Failure::io("write", &path, &error))
}

fn headers_file(security: &[(&str, String)], hashed: impl Iterator<Item = String>) -> String {
    let mut text = String::from("/*\n");
    for (name, value) in security {
        text.extend(["  ", name, ": ", value, "\n"]);
    }
    for name in hashed {
        text.extend(["/", &name, "\n  cache-control: public, max-age=31536000, immutable\n"]);
    }
    text
}

/// The files that a browser asks for, in the order of their names.
pub(crate) fn files(dist: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![dist.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if entry.file_name() != HEADERS
                && path.extension().is_none_or(|it| it != "br" && it != "gz")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether the name holds a hash of the content, as in `riser-17ae3b29f064e577_bg.wasm`.
fn is_hashed(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.strip_suffix("_bg").unwrap_or(&stem);
    stem.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()))
}

/// `cargo xtask dist`.
pub(crate) fn run(project: &Project) -> Outcome {
    let tools = crate::tools::ensure(project)?;
    if !ensure(project, &tools)? {
        headers(&project.dist())?;
        say("nothing has changed since the last build");
    }
    say(&format!("the static files are in {}", project.dist().display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_those_of_trunk() {
        for name in
            ["riser-17ae3b29f064e577_bg.wasm", "riser-17ae3b29f064e577.js", "a/style-29f3f3cf60c4ad57.css"]
        {
            assert!(is_hashed(Path::new(name)), "{name}");
        }
        for name in
            ["index.html", "forward.js", "style-29f3.css", "29f3f3cf60c4ad57.js", "a-29f3f3cf60c4ad5g.js"]
        {
            assert!(!is_hashed(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn the_headers_are_for_everything_and_the_long_cache_for_hashed_names() {
        let text = headers_file(
            &[("x-content-type-options", "nosniff".to_owned())],
            ["a-1.js".to_owned()].into_iter(),
        );
        assert_eq!(
            text,
            "/*\n  x-content-type-options: nosniff\n/a-1.js\n  cache-control: public, max-age=31536000, immutable\n"
        );
    }
}
