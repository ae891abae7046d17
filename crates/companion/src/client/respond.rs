//! From a request to a file of the client.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::ClientFiles;
use super::files::File;

pub(super) fn respond(files: &ClientFiles, request: &Request) -> Response {
    let mut response = match *request.method() {
        Method::GET | Method::HEAD => match find(files, request.uri().path()) {
            Some(file) => send(file, request.headers()),
            None => plain(StatusCode::NOT_FOUND, "There is no such file.\n"),
        },
        _ => ([(ALLOW, "GET, HEAD")], plain(StatusCode::METHOD_NOT_ALLOWED, "Files can only be read.\n"))
            .into_response(),
    };
    if request.method() == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response.headers_mut().extend(files.security.iter().cloned());
    response
}

/// A path without an ending belongs to the application; one with an ending is a file, or nothing. A missing script
/// that came back as the page would only fail later, and less clearly.
fn find<'f>(files: &'f ClientFiles, path: &str) -> Option<&'f File> {
    if let Some(file) = files.files.get(path) {
        return Some(file);
    }
    let last = path.rsplit('/').next().unwrap_or(path);
    (path.ends_with("/index.html") || !last.contains('.')).then_some(&files.page)
}

fn send(file: &File, request: &HeaderMap) -> Response {
    let (encoding, body) = choose(file, request);
    // The copies are other bytes than the file, so they need tags of their own.
    let tag = match encoding {
        Some(encoding) => format!("{}-{encoding}\"", file.etag.trim_end_matches('"')),
        None => file.etag.clone(),
    };
    let known = request
        .get(IF_NONE_MATCH)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let caching = [(CACHE_CONTROL, file.cache_control), (VARY, "accept-encoding"), (ETAG, tag.as_str())];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let encoding = encoding.map(|encoding| [(CONTENT_ENCODING, encoding)]);
    // Of the whole body, also where only the head is sent.
    let length = [(CONTENT_LENGTH, body.len())];
    (caching, encoding, [(CONTENT_TYPE, file.content_type)], length, body.clone()).into_response()
}

fn choose<'f>(file: &'f File, request: &HeaderMap) -> (Option<&'static str>, &'f Bytes) {
    let copies = [("br", &file.brotli), ("gzip", &file.gzip)];
    copies
        .into_iter()
        .find_map(|(name, copy)| Some((Some(name), copy.as_ref().filter(|_| accepts(request, name))?)))
        .unwrap_or((None, &file.plain))
}

/// Whether `Accept-Encoding` names it, and not with weight zero (RFC 9110, section 12.5.3).
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let values = request.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let refused = weight.trim().strip_prefix("q=").and_then(|it| it.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(CACHE_CONTROL, "no-cache")], text).into_response()
}
