//! The Rust files of the repository.

use crate::failure::Result;
use crate::files::files_below;
use fs_err as fs;
use std::path::Path;

/// Where the project's own code is.
pub(crate) const FOLDERS: [&str; 4] = ["crates", "src", "tests", "xtask"];

/// A file, by its path from the repository's root with `/` on every system.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The Rust files below a folder of the repository, sorted by path.
pub(crate) fn rust_files(root: &Path, folder: &str) -> Result<Vec<Source>> {
    let mut files = files_below(&root.join(folder))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let read = |file: &std::path::PathBuf| {
        let path = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        Ok(Source { path, text: fs::read_to_string(file)? })
    };
    files.iter().map(read).collect()
}
