//! Compression at its best, once per build: for hosts that serve such copies, and to know what a download costs.

use super::files as all_files;
use crate::failure::Result;
use client_hosting::compress::{brotli, gzip};
use fs_err as fs;
use std::path::Path;

/// Bytes of one file as it is, after gzip and after brotli.
pub(crate) fn sizes(path: &Path) -> Result<[usize; 3]> {
    let bytes = fs::read(path)?;
    Ok([bytes.len(), gzip(&bytes)?.len(), brotli(&bytes)?.len()])
}

/// Writes `.br` and `.gz` beside every file that gets smaller. Not for pages: their configuration block may be
/// changed on the host, and a compressed copy would go on showing the old one.
pub(super) fn files(dist: &Path) -> Result {
    for path in all_files(dist)? {
        let kind = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        if !matches!(kind, "js" | "wasm" | "css" | "svg" | "json" | "txt") {
            continue;
        }
        let bytes = fs::read(&path)?;
        for (ending, packed) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
            if packed.len() < bytes.len() {
                fs::write(path.with_extension(format!("{kind}.{ending}")), packed)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_get_no_copies() {
        let dist = std::env::temp_dir().join(format!("riser-compress-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("index.html"), "x".repeat(100)).unwrap();
        fs::write(dist.join("a.js"), "x".repeat(100)).unwrap();
        files(&dist).unwrap();
        assert!(dist.join("a.js.br").exists() && dist.join("a.js.gz").exists());
        assert!(!dist.join("index.html.br").exists() && !dist.join("index.html.gz").exists());
        fs::remove_dir_all(dist).unwrap();
    }
}
