//! The core has no I/O, no clock and no randomness: every crate it is built from is listed here with what it does, and
//! its own code names nothing of the standard library but what is listed. A new dependency of a dependency, too, has to
//! be looked at before it passes.

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
    (
        "libc",
        "cpufeatures, on ARM and LoongArch: asks the system which instructions there are; not in the browser",
    ),
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

/// The modules of `std` that the core may name. `net` for the type of an IPv4 address, as in `http://127.0.0.1`.
const MODULES: [&str; 7] = ["borrow", "collections", "fmt", "mem", "net::Ipv4Addr", "str", "string"];

/// Other ways to the world, which do not name `std::`.
const WAYS: [&str; 14] = [
    "println!",
    "print!(",
    "eprint!(",
    "dbg!",
    "include!(",
    "include_str!",
    "include_bytes!",
    "env!(",
    "use std as",
    "extern crate",
    "use ::std",
    "#[path",
    // Their hash functions begin with a random number.
    "HashMap",
    "HashSet",
];

/// Compares both with what is there.
pub(crate) fn check(project: &Project) -> Result {
    let crates = crates(project)?;
    let listed: BTreeSet<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    let mut problems = Vec::new();
    for name in crates.iter().filter(|name| !listed.contains(name.as_str())) {
        problems.push(format!("the core is built from `{name}`, which is not listed"));
    }
    for name in listed.iter().filter(|name| !crates.contains(**name)) {
        problems.push(format!("`{name}` is listed, but the core is not built from it"));
    }
    for Source { path, text } in rust_files(&project.root, "crates/stepup/src")? {
        problems.extend(foreign(&text).into_iter().map(|name| format!("{path}: `{name}`")));
    }
    if problems.is_empty() {
        say(&format!("the core is built from {} crates, none of which touches the world", crates.len()));
        return Ok(());
    }
    Err(Failure::new(
        problems.join("\n"),
        "the core is a value: what it needs from the world comes in an event. If that is kept, list it in \
         xtask/src/checks/purity.rs with what it does",
    ))
}

/// What cargo builds the core from, for all systems, without what only runs in the compiler.
fn crates(project: &Project) -> Result<BTreeSet<String>> {
    let mut tree = project.cargo();
    tree.args(["tree", "--package", "stepup", "--edges", "normal,no-proc-macro", "--target", "all"]);
    tree.args(["--prefix", "none", "--format", "{p}"]);
    let text = output_of(&mut tree)
        .ok_or_else(|| Failure::new("`cargo tree` gave no answer", "run `cargo tree -p stepup`"))?;
    Ok(text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|n| *n != "stepup")
        .map(str::to_owned)
        .collect())
}

/// The names below `std` in a source text that are not allowed.
fn foreign(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in code {
        let names = line.split("std::").skip(1).map(head);
        found.extend(names.filter(|name| !MODULES.iter().any(|known| is_within(name, known))));
        found.extend(WAYS.into_iter().filter(|way| line.contains(way)).map(str::to_owned));
    }
    found
}

/// `fmt::Display` of `fmt::Display for T {`.
fn head(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '{')).collect()
}

fn is_within(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
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

    #[test]
    fn what_touches_the_world_is_seen() {
        for line in [
            "use std::time::Instant;",
            "use std::{fs, mem};",
            "let file = std::fs::File::open(path);",
            "use std::net::TcpStream;",
            "let shared: std::fmtx::T;",
            "println!(\"{token}\");",
            "use std as s;",
            "let text = include_str!(\"x\");",
        ] {
            assert_eq!(foreign(line).len(), 1, "{line}");
        }
        for line in
            ["use std::fmt;", "std::mem::take(x)", "use std::net::Ipv4Addr;", "// std::fs is not for us"]
        {
            assert!(foreign(line).is_empty(), "{line}");
        }
    }
}
