//! Serves the built client as a production host should: configuration in the page, strict headers, compressed
//! copies, caching by hashed names, and the page itself for every address that only the application knows.
//!
//! The files are read once, at the start. So no request can reach anything else, whatever its path says.

mod files;
mod respond;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use client_hosting::PageError;
use serde_json::Value;

use files::File;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("there is no built client in {}: build it with `cargo xtask dist`", folder.display())]
    NotBuilt { folder: PathBuf },
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not the client's page", path.display())]
    Page { path: PathBuf, source: PageError },
}

#[derive(Debug)]
struct ClientFiles {
    /// By request path, as in `/riser-29f3f3cf60c4ad57.js`.
    files: HashMap<String, File>,
    page: File,
    security: Vec<(HeaderName, HeaderValue)>,
}

/// A router that serves the client in `dist`, with `config` in its configuration block. Unknown paths are its fallback, so
/// it can be merged with an API by [`Router::fallback_service`].
pub fn router(dist: &Path, config: &Value) -> Result<Router, ClientError> {
    let files = Arc::new(ClientFiles::read(dist, config)?);
    Ok(Router::new().fallback(move |request: Request| async move { respond::respond(&files, &request) }))
}

impl ClientFiles {
    fn read(dist: &Path, config: &Value) -> Result<Self, ClientError> {
        let index = dist.join("index.html");
        if !index.is_file() {
            return Err(ClientError::NotBuilt { folder: dist.to_owned() });
        }
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| ClientError::Unreadable { path, source }
        };
        let page = std::fs::read_to_string(&index).map_err(unreadable(&index))?;
        let page = client_hosting::with_config(&page, config)
            .map_err(|source| ClientError::Page { path: index.clone(), source })?;
        let security = client_hosting::security_headers(&page, config)
            .into_iter()
            .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
            .collect();
        let mut files =
            files::read(dist).map_err(|(path, source)| ClientError::Unreadable { path, source })?;
        // Compressed here, because the configuration is in it: there are no copies in `dist`.
        let page = File::new("/index.html", page.into_bytes()).compressed();
        // Every path of a page leads to the one with the configuration, the callback's too.
        files.retain(|path, _| !path.ends_with("/index.html"));
        Ok(Self { files, page, security })
    }
}
