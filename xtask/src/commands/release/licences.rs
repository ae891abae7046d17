//! The licences of what others wrote: their texts, as the packages have them. Most ask that they go along with each copy.

use super::packages::Package;
use crate::failure::{Failure, Result};
use crate::files::files_below;
use fs_err as fs;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Packages without a text whose authors have it in another package of theirs.
const SAME_AS: [(&str, &str); 1] = [("alloc-stdlib", "alloc-no-stdlib")];

/// What is compiled in and is no package.
const OTHERS: [(&str, &str); 2] = [
    (
        "Rust standard library",
        "Copyright (c) The Rust Project Contributors. MIT OR Apache-2.0: https://github.com/rust-lang/rust/blob/main/COPYRIGHT",
    ),
    ("musl libc, in the programs for Linux", "Copyright © 2005-2020 Rich Felker, et al."),
];

const INTRODUCTION: &str = "Riser contains the work of others. Here is what they ask to be told with it.\n";

/// One text for all packages. `own` is the project's licence, whose words are the MIT licence's.
pub(super) fn texts(packages: &[Package], own: &str) -> Result<String> {
    let mit = mit(own)?;
    // Each text once, with those that it is for.
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |text: String, holder: String| holders.entry(text).or_default().push(holder);
    for package in packages {
        let holder = format!("{} {} ({})", package.name, package.version, package.licence);
        let mut found = in_folder(&package.folder)?;
        if let Some((_, other)) = SAME_AS.iter().find(|(name, _)| *name == package.name) {
            let other = packages.iter().find(|package| package.name == *other);
            found = other.map_or(Ok(found), |other| in_folder(&other.folder))?;
        }
        if found.is_empty() {
            found.push(standard(package, mit)?);
        }
        for text in found {
            add(text, holder.clone());
        }
    }
    for (name, copyright) in OTHERS {
        add(format!("{copyright}\n\n{mit}"), name.to_owned());
    }
    let mut all = INTRODUCTION.to_owned();
    let mut by_holder: Vec<_> = holders.into_iter().map(|(text, holders)| (holders, text)).collect();
    by_holder.sort();
    for (holders, text) in by_holder {
        // Writing to a text does not fail.
        let _ = write!(all, "\n{}\n{}\n\n{}\n", "=".repeat(80), holders.join("\n"), text.trim());
    }
    Ok(all)
}

/// The words of the licence, without those who gave it.
fn mit(own: &str) -> Result<&str> {
    let words = own.find("Permission is hereby granted").map(|at| own[at..].trim());
    words.ok_or_else(|| {
        Failure::new("LICENSE is not the MIT licence", "adapt xtask/src/commands/release/licences.rs")
    })
}

/// For a package that names its licence and does not have the text.
fn standard(package: &Package, mit: &str) -> Result<String> {
    if !package.licence.split([' ', '/', '(', ')']).any(|word| word == "MIT") {
        return Err(Failure::new(
            format!("{} {} has no text of its licence, {}", package.name, package.version, package.licence),
            "find the text, and say in xtask/src/commands/release/licences.rs where it is",
        ));
    }
    let authors =
        if package.authors.is_empty() { "its authors".to_owned() } else { package.authors.join(", ") };
    Ok(format!("Copyright (c) {authors} ({})\n\n{mit}", package.repository))
}

/// Of the package, and of what it has from others, such as a library in C.
fn in_folder(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for path in files_below(folder)? {
        if is_licence(&path) {
            texts.push(String::from_utf8_lossy(&fs::read(&path)?).replace("\r\n", "\n"));
        }
    }
    Ok(texts)
}

fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let begins = ["license", "licence", "copying", "copyright", "notice", "unlicense"];
    matches!(ending, "" | "md" | "txt") && begins.iter().any(|begin| stem.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str =
        "MIT License\n\nCopyright (c) 2026 us\n\nPermission is hereby granted, free of charge.\n";

    fn package(name: &str, licence: &str, folder: &Path) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.to_owned(),
            authors: vec!["Ada".to_owned()],
            repository: "https://example.org".to_owned(),
            checksum: None,
            folder: folder.to_owned(),
            uses: Vec::new(),
        }
    }

    #[test]
    fn each_text_is_there_once_and_one_that_is_missing_is_made_or_missed() {
        let folder = std::env::temp_dir().join(format!("riser-licences-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        for name in
            ["a/LICENSE-APACHE", "b/vendor/COPYING.txt", "b/src/license.rs", "b/licenses.html", "c/README.md"]
        {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("text {}", if name.starts_with("c/") { "none" } else { "shared" }))
                .unwrap();
        }
        let of = |name: &str, licence: &str| package(name, licence, &folder.join(name));
        let text =
            texts(&[of("a", "Apache-2.0"), of("b", "ISC"), of("c", "Apache-2.0 OR MIT")], OWN).unwrap();
        assert!(text.contains("a 1.0.0 (Apache-2.0)\nb 1.0.0 (ISC)\n\ntext shared\n"), "{text}");
        assert_eq!(text.matches("text shared").count(), 1, "{text}");
        assert!(
            text.contains(
                "c 1.0.0 (Apache-2.0 OR MIT)\n\nCopyright (c) Ada (https://example.org)\n\nPermission"
            ),
            "{text}"
        );
        assert!(!text.contains("2026 us"), "{text}");
        let failure = texts(&[of("c", "BSD-3-Clause")], OWN).unwrap_err();
        assert!(failure.what.contains("c 1.0.0 has no text of its licence, BSD-3-Clause"), "{failure}");
        fs::remove_dir_all(folder).unwrap();
    }
}
