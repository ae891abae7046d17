//! The built files in memory, with the headers of each: content type, caching, entity tag.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use client_hosting::compress::{brotli, gzip};
use sha2::{Digest, Sha256};

use super::{ClientError, Dist};

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
    pub(super) fn new(path: &str, content: Bytes) -> Self {
        let digest = Sha256::digest(&content);
        let etag = digest[..8].iter().fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
        Self {
            content_type: content_type(path),
            cache_control: client_hosting::cache_control(path),
            etag,
            plain: content,
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

/// Everything in `dist`, by request path. Hosts' own files such as `_headers` and hidden ones are not for browsers.
pub(super) fn read(dist: &Dist) -> Result<HashMap<String, File>, ClientError> {
    let mut contents = match dist {
        Dist::Folder(folder) => {
            read_folder(folder).map_err(|(path, source)| ClientError::Unreadable { path, source })?
        }
        Dist::Embedded(files) => {
            files.iter().map(|(path, content)| (format!("/{path}"), Bytes::from_static(content))).collect()
        }
    };
    contents.retain(|path, _| is_for_browsers(path));
    let is_copy = |path: &str| matches!(path.rsplit_once('.'), Some((_, "br" | "gz")));
    let (copies, originals): (HashMap<_, _>, HashMap<_, _>) =
        contents.into_iter().partition(|(path, _)| is_copy(path));
    let copy = |path: &str, ending: &str| copies.get(&format!("{path}{ending}")).cloned();
    let with_copies = |(path, content): (String, Bytes)| {
        let file = File::new(&path, content);
        let file = File { brotli: copy(&path, ".br"), gzip: copy(&path, ".gz"), ..file };
        (path, file)
    };
    Ok(originals.into_iter().map(with_copies).collect())
}

fn is_for_browsers(path: &str) -> bool {
    !path.split('/').any(|name| name.starts_with(['.', '_']) || client_hosting::HOST_FILES.contains(&name))
}

/// The files in a folder that is there; none, where there is no such folder.
fn read_folder(dist: &Path) -> Result<HashMap<String, Bytes>, (PathBuf, io::Error)> {
    let mut contents = HashMap::new();
    let mut open = Vec::from_iter(dist.is_dir().then(|| (dist.to_owned(), String::from("/"))));
    while let Some((folder, prefix)) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| (folder.clone(), error))?;
        for entry in entries {
            let entry = entry.map_err(|error| (folder.clone(), error))?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(|error| (entry.path(), error))?;
            if !is_for_browsers(&path) {
                continue;
            }
            if kind.is_dir() {
                open.push((entry.path(), format!("{path}/")));
            } else if kind.is_file() {
                let content = fs::read(entry.path()).map_err(|error| (entry.path(), error))?;
                contents.insert(path, content.into());
            }
        }
    }
    Ok(contents)
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
