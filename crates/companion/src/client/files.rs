//! The built files in memory, with the headers of each: content type, caching, entity tag.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use client_hosting::compress::{brotli, gzip};
use sha2::{Digest, Sha256};

/// A file and its compressed copies.
#[derive(Debug)]
pub(super) struct File {
    pub(super) content_type: &'static str,
    pub(super) cache_control: &'static str,
    /// Strong validator (RFC 9110, section 8.8.3), with its quotes.
    pub(super) etag: String,
    pub(super) plain: Bytes,
    pub(super) brotli: Option<Bytes>,
    pub(super) gzip: Option<Bytes>,
}

impl File {
    pub(super) fn new(path: &str, content: Vec<u8>) -> Self {
        let digest = Sha256::digest(&content);
        let etag = digest[..8].iter().fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
        Self {
            content_type: content_type(path),
            cache_control: client_hosting::cache_control(path),
            etag,
            plain: content.into(),
            brotli: None,
            gzip: None,
        }
    }

    /// With copies of its own. Writing to memory does not fail; if it did, the file would go as it is.
    pub(super) fn compressed(self) -> Self {
        Self {
            brotli: brotli(&self.plain).ok().map(Bytes::from),
            gzip: gzip(&self.plain).ok().map(Bytes::from),
            ..self
        }
    }
}

/// Everything under `dist`, by request path. Hosts' own files such as `_headers` and hidden ones are not for browsers.
pub(super) fn read(dist: &Path) -> Result<HashMap<String, File>, (PathBuf, io::Error)> {
    let mut contents = HashMap::new();
    let mut open = vec![(dist.to_owned(), String::from("/"))];
    while let Some((folder, prefix)) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| (folder.clone(), error))?;
        for entry in entries {
            let entry = entry.map_err(|error| (folder.clone(), error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(|error| (entry.path(), error))?;
            if name.starts_with(['.', '_']) || client_hosting::HOST_FILES.contains(&name.as_str()) {
                continue;
            }
            if kind.is_dir() {
                open.push((entry.path(), format!("{prefix}{name}/")));
            } else if kind.is_file() {
                let content = fs::read(entry.path()).map_err(|error| (entry.path(), error))?;
                contents.insert(format!("{prefix}{name}"), content);
            }
        }
    }
    let is_copy = |path: &str| matches!(path.rsplit_once('.'), Some((_, "br" | "gz")));
    let (copies, originals): (HashMap<_, _>, HashMap<_, _>) =
        contents.into_iter().partition(|(path, _)| is_copy(path));
    let copy = |path: &str, ending: &str| copies.get(&format!("{path}{ending}")).cloned().map(Bytes::from);
    let with_copies = |(path, content): (String, Vec<u8>)| {
        let file = File::new(&path, content);
        let file = File { brotli: copy(&path, ".br"), gzip: copy(&path, ".gz"), ..file };
        (path, file)
    };
    Ok(originals.into_iter().map(with_copies).collect())
}

/// `nosniff` makes these count: a wrong one is a file that does not work.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
