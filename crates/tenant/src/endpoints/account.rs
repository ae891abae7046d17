//! `/account`: a customer looks after the ways to confirm, without coming from a client. It ends at `/account/done`.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http_server::Peer;

use super::Shared;
use super::authorize::Prompt;
use crate::flow;
use crate::http::{Cookies, Framed, Parameters, cookies};
use crate::pages;

pub(super) async fn get(
    State(state): Shared,
    peer: Option<Extension<Peer>>,
    cookies: Cookies,
    Framed(framed): Framed,
) -> Response {
    // As at `/authorize`: nobody sees a page in a frame, and so no phone is asked for one.
    let prompt = if framed { Prompt::None } else { Prompt::Unsaid };
    let peer = peer.map(|Extension(peer)| peer);
    flow::account(&state, cookies.get(cookies::SESSION), prompt, peer).await
}

/// Parameter: `error`, when it did not come to anything. What it says is not shown: everybody can write an address.
pub(super) async fn done(RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    pages::account_done(parameters.get("error").is_none())
}
