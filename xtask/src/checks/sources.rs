//! The Rust files of the repository.

use crate::failure::Result;
use crate::files::files_below;
use fs_err as fs;
use std::path::{Path, PathBuf};

/// A file, by its path from the repository's root with `/` on every system.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The project's own code.
pub(crate) fn project_sources(root: &Path) -> Result<Vec<Source>> {
    let folders =
        ["crates", "examples", "fuzz", "src", "tests", "xtask"].map(|folder| rust_files(root, folder));
    Ok(folders.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The Rust files below a folder of the repository, sorted by path.
pub(crate) fn rust_files(root: &Path, folder: &str) -> Result<Vec<Source>> {
    let mut files = files_below(&root.join(folder))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let read = |file: &PathBuf| {
        let path = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        Ok(Source { path, text: fs::read_to_string(file)? })
    };
    files.iter().map(read).collect()
}
