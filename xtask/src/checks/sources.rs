//! The Rust files of the repository.

use crate::step::{Failure, Outcome};
use std::fs;
use std::path::Path;

/// Where the project's own code is.
pub(crate) const FOLDERS: [&str; 4] = ["crates", "src", "tests", "xtask"];

/// A file, by its path from the repository's root with `/` on every system.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The Rust files below a folder of the repository, sorted by path.
pub(crate) fn rust_files(root: &Path, folder: &str) -> Outcome<Vec<Source>> {
    let mut found = Vec::new();
    collect(root, folder, &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn collect(root: &Path, folder: &str, found: &mut Vec<Source>) -> Outcome {
    let place = root.join(folder);
    for entry in fs::read_dir(&place).map_err(|error| Failure::io("read", &place, &error))? {
        let entry = entry.map_err(|error| Failure::io("read", &place, &error))?.path();
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        let path = format!("{folder}/{name}");
        if entry.is_dir() {
            if !matches!(name, "target" | "node_modules") {
                collect(root, &path, found)?;
            }
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).map_err(|error| Failure::io("read", &entry, &error))?;
            found.push(Source { path, text });
        }
    }
    Ok(())
}
