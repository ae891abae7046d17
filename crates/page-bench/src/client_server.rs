//! Serves a client as a good host would, brotli 11 and caching included, and the API beside it.

use crate::error::BenchError;
use crate::provider::Provider;
use crate::request_log::{Asked, RequestLog};
use crate::server;
use crate::tokens::scope;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// How the balance looks on every client's page.
pub(crate) const BALANCE_TEXT: &str = "1,234.56";
const BALANCE: &str = r#"{"balance":{"amount":123456,"currency":"EUR"}}"#;
const PAGE: &str = "index.html";

#[derive(Debug)]
pub(crate) struct ClientServer {
    pub(crate) origin: String,
    files: HashMap<String, File>,
    security: HeaderMap,
    /// What was asked for so far.
    sent: Mutex<BTreeMap<String, usize>>,
    log: RequestLog,
}

#[derive(Debug)]
struct File {
    brotli: Bytes,
    content_type: &'static str,
    tag: HeaderValue,
}

/// Reads the client in `folder`, and serves it with its configuration for this provider.
pub(crate) async fn start(
    folder: &Path,
    provider: &Provider,
    log: &RequestLog,
) -> Result<Arc<ClientServer>, BenchError> {
    let path = folder.join(PAGE);
    let page = fs::read_to_string(&path).map_err(|source| BenchError::File { path: path.clone(), source })?;
    let config = provider.client_config();
    let page =
        client_hosting::with_config(&page, &config).map_err(|source| BenchError::Page { path, source })?;
    let security = client_hosting::security_headers(&page, &config)
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), value.parse().ok()?)))
        .collect();
    let (listener, origin) = server::bind("localhost").await?;
    let files = read_files(folder, &page)?;
    let server = Arc::new(ClientServer { origin, files, security, sent: Mutex::default(), log: log.clone() });
    let router = Router::new()
        .route("/", get(send_page))
        .route("/callback", get(send_page))
        .route("/{*file}", get(send_file))
        .route("/balance", get(balance))
        .route("/transfer", get(StatusCode::METHOD_NOT_ALLOWED).post(transfer))
        .with_state(Arc::clone(&server));
    server::serve(listener, router);
    Ok(server)
}

impl ClientServer {
    /// The size of every file that was asked for, once, after brotli.
    pub(crate) fn bytes_sent(&self) -> usize {
        self.sent.lock().values().sum()
    }

    fn send(&self, name: &str, request: &HeaderMap) -> Response {
        let Some(file) = self.files.get(name) else { return StatusCode::NOT_FOUND.into_response() };
        self.sent.lock().insert(name.to_owned(), file.brotli.len());
        let caching = if name == PAGE { "no-cache" } else { "public, max-age=31536000, immutable" };
        let is_known = request.get(header::IF_NONE_MATCH) == Some(&file.tag);
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let described = [(header::CONTENT_TYPE, file.content_type), (header::CONTENT_ENCODING, "br")];
            (described, Body::from(file.brotli.clone())).into_response()
        };
        let headers = response.headers_mut();
        headers.extend(self.security.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(header::ETAG, file.tag.clone());
        response
    }
}

/// The files of the folder by their paths in it, but for what a host does not send: its own rules, and copies of another
/// encoding.
fn read_files(folder: &Path, page: &str) -> Result<HashMap<String, File>, BenchError> {
    let mut files = HashMap::new();
    read_folder(folder, "", page, &mut files)?;
    Ok(files)
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    page: &str,
    files: &mut HashMap<String, File>,
) -> Result<(), BenchError> {
    let failed = |source| BenchError::File { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let name = [prefix, name].concat();
        if path.is_dir() {
            read_folder(&path, &[&name, "/"].concat(), page, files)?;
            continue;
        }
        let Some(content_type) = content_type(&name) else { continue };
        let content =
            if name == PAGE { page.as_bytes().to_vec() } else { fs::read(&path).map_err(failed)? };
        let brotli = client_hosting::compress::brotli(&content)?.into();
        // One content for each name as long as the program runs.
        let tag = HeaderValue::try_from(format!("\"{}\"", content.len())).map_err(std::io::Error::other)?;
        files.insert(name, File { brotli, content_type, tag });
    }
    Ok(())
}

fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "json" if !client_hosting::HOST_FILES.contains(&name) => "application/json",
        _ => return None,
    })
}

type Shared = State<Arc<ClientServer>>;

async fn send_page(State(server): Shared, request: HeaderMap) -> Response {
    server.log.note(Asked::Page);
    server.send(PAGE, &request)
}

async fn send_file(State(server): Shared, UrlPath(name): UrlPath<String>, request: HeaderMap) -> Response {
    server.send(&name, &request)
}

async fn balance(request: HeaderMap) -> Response {
    if may(&request, "view:balance") { json(StatusCode::OK, BALANCE) } else { forbidden() }
}

async fn transfer(State(server): Shared, request: HeaderMap) -> Response {
    if !may(&request, "transfer:funds") {
        return forbidden();
    }
    server.log.note(Asked::Transfer);
    json(StatusCode::CREATED, r#"{"status":"completed"}"#)
}

fn may(request: &HeaderMap, needed: &str) -> bool {
    let token = request.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
    token.and_then(scope).is_some_and(|granted| granted.split(' ').any(|scope| scope == needed))
}

fn forbidden() -> Response {
    json(StatusCode::FORBIDDEN, r#"{"message":"Insufficient scope"}"#)
}

fn json(status: StatusCode, body: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}
