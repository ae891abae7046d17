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
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
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
