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
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use files::File;

/// What the client is told in its configuration block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientConfig {
    /// The issuer, exactly as it stands in tokens.
    pub issuer: String,
    /// The client's id at the issuer.
    pub client_id: String,
    /// The identifier of the API.
    pub audience: String,
    /// Base URL of the API; empty for the page's own origin.
    #[serde(default)]
    pub api: String,
    /// Any other key of the block, such as `scopes` or `jwks_uri`.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Why the client cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// There is no built client.
    #[error("there is no built client in {}: build it with `cargo xtask dist`", folder.display())]
    NotBuilt {
        /// Where it should be.
        folder: PathBuf,
    },
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// `index.html` is not the client's page.
    #[error("{} is not the client's page", path.display())]
    Page {
        /// The page.
        path: PathBuf,
        /// What it lacks.
        source: PageError,
    },
}

/// The files of the client, ready to be sent.
#[derive(Debug)]
struct ClientFiles {
    /// By request path, as in `/style-29f3f3cf60c4ad57.css`.
    files: HashMap<String, File>,
    page: File,
    security: Vec<(HeaderName, HeaderValue)>,
}

/// A router that serves the client in `dist`, configured with `config`. Unknown paths are its fallback, so it can be
/// merged with an API by [`Router::fallback_service`].
pub fn router(dist: &Path, config: &ClientConfig) -> Result<Router, ClientError> {
    let files = Arc::new(ClientFiles::read(dist, config)?);
    Ok(Router::new().fallback(move |request: Request| async move { respond::respond(&files, &request) }))
}

impl ClientFiles {
    fn read(dist: &Path, config: &ClientConfig) -> Result<Self, ClientError> {
        let index = dist.join("index.html");
        if !index.is_file() {
            return Err(ClientError::NotBuilt { folder: dist.to_owned() });
        }
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| ClientError::Unreadable { path, source }
        };
        let page = std::fs::read_to_string(&index).map_err(unreadable(&index))?;
        let mut block = Map::from_iter([
            ("issuer".to_owned(), config.issuer.clone().into()),
            ("client_id".to_owned(), config.client_id.clone().into()),
            ("audience".to_owned(), config.audience.clone().into()),
            ("api".to_owned(), config.api.clone().into()),
        ]);
        block.extend(config.more.clone());
        let block = Value::Object(block);
        let page = client_hosting::with_config(&page, &block)
            .map_err(|source| ClientError::Page { path: index.clone(), source })?;
        let security = client_hosting::security_headers(&page, &block)
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
