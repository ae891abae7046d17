//! Files below a folder.

use crate::failure::Result;
use fs_err as fs;
use std::path::{Path, PathBuf};

/// All of them, sorted, without what is built or installed; the path itself, where it is a file; none, where it is nothing.
pub(crate) fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_file() {
            found.push(path);
        } else if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
