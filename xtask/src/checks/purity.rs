//! The core has no I/O, no clock and no randomness. Its own code is `no_std`, so that the compiler sees to that; every crate
//! it is built from is listed here with what it does. A new dependency of a dependency, too, has to be looked at.

use super::sources::{Source, rust_files};
use crate::failure::{Failure, Result};
use crate::process::output_of;
use crate::progress::say;
use crate::project::Project;
use std::collections::BTreeSet;

/// What the core is built from, on any system, and what each does. None of them reads a file, a socket, a clock or an
/// entropy source.
const CRATES: [(&str, &str); 25] = [
    ("base64ct", "base64url, strict"),
    ("block-buffer", "sha2: the block that is not full yet"),
    ("cfg-if", "sha2: one of several implementations"),
    ("cpufeatures", "sha2: which instructions the processor has; not in the browser"),
    ("crypto-common", "sha2: traits, without the feature that draws random numbers"),
    ("digest", "sha2: traits"),
    ("form_urlencoded", "form encoding"),
    ("hybrid-array", "sha2: arrays of a length known to the compiler"),
    ("idna", "url: names that are not ASCII"),
    ("idna_adapter", "url: the smallest of its back ends"),
    ("itoa", "serde_json: integers as text"),
    ("libc", "cpufeatures, on ARM and LoongArch: which instructions there are; not in the browser"),
    ("memchr", "serde_json: finds a byte"),
    ("percent-encoding", "form encoding"),
    ("serde", "what is stored, as JSON"),
    ("serde_core", "serde: its traits"),
    ("serde_json", "JSON"),
    ("sha2", "SHA-256"),
    ("smallvec", "idna: short lists"),
    ("thiserror", "texts of errors"),
    ("typenum", "sha2: lengths known to the compiler"),
    ("url", "form encoding"),
    ("utf8_iter", "url: UTF-8"),
    ("utf_types", "idna: UTF-8"),
    ("zmij", "serde_json: floating-point numbers as text"),
];

/// Tests may use the standard library.
const NO_STD: &str = "#![cfg_attr(not(test), no_std)]";

pub(crate) fn check(project: &Project) -> Result {
    let crates = crates(project)?;
    let listed: BTreeSet<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    let unlisted = crates.iter().filter(|name| !listed.contains(name.as_str()));
    let unused = listed.iter().filter(|name| !crates.contains(**name));
    let unlisted = unlisted.map(|name| format!("the core is built from `{name}`, which is not listed"));
    let unused = unused.map(|name| format!("`{name}` is listed, but the core is not built from it"));
    let mut problems: Vec<String> = unlisted.chain(unused).collect();
    for Source { path, text } in rust_files(&project.root, "crates/stepup/src")? {
        if path.ends_with("src/lib.rs") && !text.contains(NO_STD) {
            problems.push(format!("{path} has no `{NO_STD}`"));
        }
        if text.contains("extern crate std") {
            problems.push(format!("{path} brings the standard library back"));
        }
    }
    Failure::of_problems(
        &problems,
        "the core is a value: what it needs from the world comes in an event. If that is kept, list it in \
         xtask/src/checks/purity.rs with what it does",
    )?;
    say(&format!("the core is built from {} crates, none of which touches the world", crates.len()));
    Ok(())
}

/// What cargo builds the core from, for all systems, without what only runs in the compiler.
fn crates(project: &Project) -> Result<BTreeSet<String>> {
    let mut tree = project.cargo();
    tree.args(["tree", "--package", "stepup", "--edges", "normal,no-proc-macro", "--target", "all"]);
    tree.args(["--prefix", "none", "--format", "{p}"]);
    let text = output_of(&mut tree)
        .ok_or_else(|| Failure::new("`cargo tree` gave no answer", "run `cargo tree -p stepup`"))?;
    let names = text.lines().filter_map(|line| line.split(' ').next());
    Ok(names.filter(|name| *name != "stepup").map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: core-pure
    #[test]
    fn the_core_is_pure_and_its_list_is_exact() {
        let project = Project::find().unwrap();
        check(&project).unwrap();
        assert!(crates(&project).unwrap().contains("serde_json"), "the tree was read");
    }
}
