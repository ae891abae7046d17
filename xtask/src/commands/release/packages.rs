//! What others wrote and a release contains: the packages that the program and the client are compiled from.

use crate::failure::{Failure, Result};
use crate::process::output_of;
use crate::project::Project;
use crate::tools::wasm_target;
use fs_err as fs;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Name and version.
type Key = (String, String);

pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) licence: String,
    pub(super) authors: Vec<String>,
    pub(super) repository: String,
    /// SHA-256 of what the registry has, as Cargo.lock says it; nothing for a package that is changed here.
    pub(super) checksum: Option<String>,
    pub(super) folder: PathBuf,
    /// Those of the others that it uses, by their places in the list.
    pub(super) uses: Vec<usize>,
}

/// Sorted by name and version, without the project's own.
pub(super) fn of_release(project: &Project, target: &str) -> Result<Vec<Package>> {
    let mut included = in_tree(project, "riser-cli", target)?;
    included.extend(in_tree(project, "riser", wasm_target::TARGET)?);
    let metadata = metadata(project)?;
    let checksums = checksums(&fs::read_to_string(project.root.join("Cargo.lock"))?);
    let mut found = BTreeMap::new();
    for package in list(&metadata["packages"]) {
        let key = (text(&package["name"]), text(&package["version"]));
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let folder = manifest.parent().unwrap_or(&manifest);
        if included.remove(&key) && !is_own(project, folder) {
            let of_others = Package {
                licence: text(&package["license"]),
                authors: list(&package["authors"]).iter().map(text).collect(),
                repository: text(&package["repository"]),
                checksum: checksums.get(&key).cloned(),
                folder: folder.to_owned(),
                uses: Vec::new(),
                name: key.0.clone(),
                version: key.1.clone(),
            };
            found.insert(key, (text(&package["id"]), of_others));
        }
    }
    if let Some((name, version)) = included.first() {
        return Err(Failure::new(
            format!("`cargo metadata` has no {name} {version}"),
            "run `cargo check` first",
        ));
    }
    let places: BTreeMap<String, usize> =
        found.values().enumerate().map(|(place, (id, _))| (id.clone(), place)).collect();
    let mut packages: Vec<Package> = found.into_values().map(|(_, package)| package).collect();
    for node in list(&metadata["resolve"]["nodes"]) {
        if let Some(place) = places.get(&text(&node["id"])) {
            let uses = list(&node["dependencies"]).iter().filter_map(|id| places.get(&text(id)).copied());
            packages[*place].uses = uses.collect();
        }
    }
    Ok(packages)
}

/// What is in `patches` was written by others, and changed here.
fn is_own(project: &Project, folder: &Path) -> bool {
    folder.starts_with(&project.root) && !folder.starts_with(project.root.join("patches"))
}

/// What a package of ours is compiled from for that target, with the features that it asks for.
fn in_tree(project: &Project, package: &str, target: &str) -> Result<BTreeSet<Key>> {
    let mut tree = project.cargo();
    tree.args(["tree", "--locked", "--package", package, "--target", target, "--edges", "normal"]);
    tree.args(["--prefix", "none", "--no-dedupe", "--format", "{p}"]);
    let lines = output_of(&mut tree).ok_or_else(|| no_answer("cargo tree"))?;
    Ok(lines.lines().filter_map(parse).collect())
}

/// `sha2 v0.11.0`, and after that perhaps where it is.
fn parse(line: &str) -> Option<Key> {
    let mut words = line.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
}

fn metadata(project: &Project) -> Result<Value> {
    let mut ask = project.cargo();
    let answer = output_of(ask.args(["metadata", "--locked", "--format-version", "1"]));
    answer.and_then(|answer| serde_json::from_str(&answer).ok()).ok_or_else(|| no_answer("cargo metadata"))
}

fn no_answer(command: &str) -> Failure {
    Failure::new(
        format!("`{command} --locked` gave no answer"),
        "run `cargo check`: Cargo.lock may be out of date",
    )
}

/// Cargo writes these lines in this order.
fn checksums(lock: &str) -> BTreeMap<Key, String> {
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let package = |it: &str| Some(((value(it, "name")?, value(it, "version")?), value(it, "checksum")?));
    lock.split("[[package]]").filter_map(package).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cargo_are_read() {
        let key = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        assert_eq!(parse("serde_derive v1.0.229 (proc-macro) (*)"), Some(key("serde_derive", "1.0.229")));
        assert_eq!(parse(""), None);
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n\n\
            [[package]]\nname = \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
        assert_eq!(checksums(lock), BTreeMap::from([(key("a", "1.0.0"), "ab".to_owned())]));
    }
}
