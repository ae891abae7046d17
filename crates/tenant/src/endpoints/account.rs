//! `/account`: a customer looks after the factors, without coming from a client. It ends at `/account/done`.

use axum::extract::State;
use axum::response::Response;

use crate::authorization;
use crate::domain::Prompt;
use crate::extract::{ClientPeer, Framed, QueryParameters};
use crate::http::{Cookies, cookies};
use crate::pages;
use crate::state::Shared;

pub(super) async fn get(
    State(state): Shared,
    ClientPeer(peer): ClientPeer,
    cookies: Cookies,
    Framed(framed): Framed,
) -> Response {
    // As at `/authorize`: nobody sees a page in a frame, and so no phone is asked for one.
    let prompt = if framed { Prompt::None } else { Prompt::Unsaid };
    authorization::begin_account_visit(&state, cookies.get(cookies::SESSION), prompt, peer).await
}

/// Parameter: `error`, when it did not come to anything. What it says is not shown: everybody can write an address.
pub(super) async fn done(QueryParameters(parameters): QueryParameters) -> Response {
    pages::account_done(parameters.get("error").is_none())
}
