//! `docs/PROOFS.md` names a test for each rule. A name there that leads nowhere is a rule that nothing proves.

#![cfg(test)]

use crate::project::Project;
use std::fs;
use std::path::Path;

const PAGE: &str = "docs/PROOFS.md";
/// The page's prefixes, and the folders that they stand for.
const FOLDERS: [(&str, &str); 18] = [
    ("core", "crates/stepup/tests/it"),
    ("unit", "crates/stepup/src"),
    ("browser", "tests"),
    ("e2e", "tests/e2e/tests/it"),
    ("bank", "crates/bank/tests/it"),
    ("tenant", "crates/tenant/tests/it"),
    ("bank-unit", "crates/bank/src"),
    ("tenant-unit", "crates/tenant/src"),
    ("actions", "crates/actions/tests/it"),
    ("http-server", "crates/http-server/src"),
    ("database-setup", "crates/database-setup/src"),
    ("fuzz", "crates/fuzzing/tests"),
    ("client-hosting", "crates/client-hosting/src"),
    ("companion", "crates/companion/tests"),
    ("disk", "crates/faulty-disk/tests"),
    ("postgres", "crates/postgres-for-tests/tests"),
    ("torture", "crates/torture/src"),
    ("xtask", "xtask/src"),
];

/// The tests that a text names, as `e2e/oidf/step_up::name`.
fn named(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect()
}

/// Is there such a test? Its function has to stand in the file, right below an attribute that makes it a test.
fn exists(root: &Path, name: &str) -> bool {
    let Some((path, test)) = name.split_once("::") else { return false };
    let Some((prefix, module)) = path.split_once('/') else { return false };
    let Some((_, folder)) = FOLDERS.iter().find(|(known, _)| *known == prefix) else { return false };
    let folder = root.join(folder);
    let files = [folder.join(format!("{module}.rs")), folder.join(module).join("mod.rs")];
    files.iter().filter_map(|file| fs::read_to_string(file).ok()).any(|text| has_test(&text, test))
}

fn has_test(source: &str, test: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let function = format!("fn {test}(");
    let is_it = |line: &str| line.trim_start_matches("async ").starts_with(&function);
    lines.iter().enumerate().filter(|(_, line)| is_it(line)).any(|(at, _)| {
        let attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
        let tests = ["#[test]", "#[tokio::test", "#[wasm_bindgen_test]"];
        attributes.into_iter().any(|line| tests.iter().any(|test| line.starts_with(test)))
    })
}

#[test]
fn every_test_that_is_named_here_exists() {
    let root = Project::find().unwrap().root;
    let page = fs::read_to_string(root.join(PAGE)).unwrap();
    let names = named(&page);
    assert!(names.len() > 150, "the page was read");
    let missing: Vec<_> = names.into_iter().filter(|name| !exists(&root, name)).collect();
    assert!(missing.is_empty(), "{PAGE} names tests that are not there: {missing:#?}");
}

#[test]
fn every_rule_has_a_proof() {
    let root = Project::find().unwrap().root;
    let page = fs::read_to_string(root.join(PAGE)).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.contains("---"));
    let headings = ["| rule ", "| forgery ", "| test ", "| threat ", "| prefix "];
    let (about_prefixes, bare): (Vec<_>, Vec<_>) = rows
        .filter(|row| !headings.iter().any(|heading| row.starts_with(heading)) && named(row).is_empty())
        .partition(|row| row.starts_with("| `"));
    assert_eq!(about_prefixes.len(), FOLDERS.len() - 1, "one row for bank and tenant: {about_prefixes:?}");
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn a_name_that_leads_nowhere_is_noticed() {
    let root = Project::find().unwrap().root;
    assert!(exists(&root, "xtask/proofs::a_name_that_leads_nowhere_is_noticed"));
    for name in ["xtask/proofs::named", "xtask/proofs::no_such_test", "xtask/nowhere::a", "nowhere/a::b"] {
        assert!(!exists(&root, name), "{name}");
    }
}
