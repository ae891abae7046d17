//! The customer comes without a client, to look after the ways to confirm. For this the tenant asks itself: a request like
//! any other, which costs a second factor and is answered by a page instead of tokens.

use std::sync::Arc;

use axum::response::Response;
use http_server::Peer;

use super::begin;
use super::complete::ACCOUNT_DONE;
use crate::domain::{AuthorizationRequest, Client, OWN_CLIENT_ID, Prompt, RedirectTarget, ResponseMode};
use crate::log::Kind;
use crate::page_context::t;
use crate::state::AppState;

pub(crate) async fn begin_account_visit(
    state: &AppState,
    session: Option<&str>,
    prompt: Prompt,
    peer: Option<Peer>,
) -> Response {
    let name = t("account.client").with("bank", &state.brand.name).to_string();
    let client = Client { id: OWN_CLIENT_ID.to_owned(), name, ..Client::default() };
    let target = RedirectTarget {
        redirect_uri: state.url(ACCOUNT_DONE),
        response_mode: ResponseMode::Query,
        issuer: state.issuer.clone(),
        state: None,
    };
    let client = Arc::new(client);
    let request = AuthorizationRequest {
        client,
        target,
        prompt,
        multi_factor: true,
        ..AuthorizationRequest::default()
    };
    begin::begin(state, request, state.log.begin(Kind::Account), session, peer).await
}
