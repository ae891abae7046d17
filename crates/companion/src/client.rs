//! Serves the built client as a production host should: configuration in the page, strict headers, compressed
//! copies, caching by hashed names, and the page itself for every address that only the application knows.
//!
//! The files are read once, at the start, or are in the program itself. So no request can reach anything else, whatever its
//! path says.

mod files;
mod respond;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use client_hosting::PageError;
use serde_json::Value;

use files::File;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("there is no built client in {dist}: build it with `cargo xtask dist`")]
    NotBuilt { dist: Dist },
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("index.html in {dist} is not the client's page")]
    Page { dist: Dist, source: PageError },
}

/// Where the built client is.
#[derive(Debug, Clone)]
pub enum Dist {
    Folder(PathBuf),
    /// In the program: relative paths and contents.
    Embedded(&'static [(&'static str, &'static [u8])]),
}

impl From<PathBuf> for Dist {
    fn from(folder: PathBuf) -> Self {
        Self::Folder(folder)
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Dist {
    fn from(folder: &P) -> Self {
        Self::Folder(folder.as_ref().to_owned())
    }
}

impl fmt::Display for Dist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Embedded(_) => f.write_str("this program"),
        }
    }
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
pub fn router(dist: impl Into<Dist>, config: &Value) -> Result<Router, ClientError> {
    let files = Arc::new(ClientFiles::read(&dist.into(), config)?);
    Ok(Router::new().fallback(move |request: Request| async move { respond::respond(&files, &request) }))
}

const PAGE: &str = "/index.html";
/// The address of a place of the client that the bank's API has too.
const SHARED_PATH: &str = "/statements";

/// API and client at one origin. What the API does not know is the client's, and so is a shared address that a browser goes to.
pub fn beside(api: Router, client: Router) -> Router {
    Router::new().fallback_service(api.fallback_service(client)).layer(from_fn(lead_to_page))
}

async fn lead_to_page(mut request: Request, next: Next) -> Response {
    if request.uri().path() == SHARED_PATH && is_for_a_person(&request) {
        *request.uri_mut() = Uri::from_static("/");
    }
    next.run(request).await
}

/// Only a browser that goes somewhere asks for HTML, and it never has a token.
fn is_for_a_person(request: &Request) -> bool {
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/html"));
    !request.headers().contains_key(AUTHORIZATION) && request.headers().get(ACCEPT).is_some_and(accepts)
}

impl ClientFiles {
    fn read(dist: &Dist, config: &Value) -> Result<Self, ClientError> {
        let mut files = files::read(dist)?;
        let page = files.remove(PAGE).ok_or_else(|| ClientError::NotBuilt { dist: dist.clone() })?;
        let page = client_hosting::with_config(&String::from_utf8_lossy(&page.plain), config)
            .map_err(|source| ClientError::Page { dist: dist.clone(), source })?;
        let security = client_hosting::security_headers(&page, config)
            .into_iter()
            .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
            .collect();
        // Compressed here, because the configuration is in it: there are no copies in `dist`.
        let page = File::new(PAGE, page.into_bytes().into()).compressed();
        // Every path of a page leads to the one with the configuration, the callback's too.
        files.retain(|path, _| !path.ends_with(PAGE));
        Ok(Self { files, page, security })
    }
}
