//! What browsers say about why they ask (Fetch Metadata Request Headers). A page of another port of the same host is of the
//! same site: its pictures, scripts and frames get the cookies.

use std::convert::Infallible;

use axum::extract::{self, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use crate::pages;
use crate::state::Shared;

/// Lets nothing happen on behalf of a picture, a script or a guess of where somebody may go: only a person who goes there,
/// or a frame, begins a request or ends a session. Whoever says nothing is let through, and whoever says half of it: browsers
/// say all three, and no page can take one away. Node's `fetch` says `sec-fetch-mode: cors` alone.
pub(crate) async fn navigations_only(
    extract::State(state): Shared,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let said = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].map(|name| is(headers, name));
    let goes = !matches!(said, [Some(_), Some(mode), Some(_)] if mode != "navigate");
    let is_guess = is(headers, "sec-purpose").is_some_and(|purpose| purpose.contains("prefetch"));
    // HEAD is answered by whatever answers GET. A post is only turned into a request by GET, which comes here again.
    if request.method() != Method::POST && (!goes || is_guess) {
        return pages::forged(&state);
    }
    next.run(request).await
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Framed(pub(crate) bool);

impl<S: Sync> FromRequestParts<S> for Framed {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let destination = is(&parts.headers, "sec-fetch-dest");
        Ok(Self(destination.is_some_and(|it| matches!(it, "iframe" | "frame" | "embed" | "object"))))
    }
}

fn is<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
