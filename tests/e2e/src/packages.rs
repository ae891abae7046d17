//! Packages from npm that tests use.

use crate::TestError;
use std::path::{Path, PathBuf};

/// A folder of the project, once its packages are there.
pub(crate) fn of(folder: &str) -> Result<PathBuf, TestError> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    if place.join("node_modules").is_dir() {
        return Ok(place);
    }
    Err(TestError::permanent(format!(
        "the packages of {folder} are not installed: `cargo xtask test --only e2e` does that, and so does `npm ci` there"
    )))
}
