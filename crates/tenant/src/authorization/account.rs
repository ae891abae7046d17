//! The customer comes without a client, to look after the ways to confirm. For this the tenant asks itself: a request like
//! any other, which costs a second factor and is answered by a page instead of tokens.

use std::sync::Arc;

use axum::response::Response;
use http_server::Peer;

use super::begin;
use super::complete::ACCOUNT_DONE;
use crate::domain::{
    AuthorizationRequest, Client, OWN_CLIENT_ID, Prompt, RedirectTarget, RequestContext, ResponseMode,
    ResponseType,
};
use crate::log::Kind;
use crate::state::AppState;

/// A customer wants to look after the factors.
pub(crate) async fn begin_account_visit(
    state: &AppState,
    session: Option<&str>,
    prompt: Prompt,
    peer: Option<Peer>,
) -> Response {
    let client = Client {
        id: OWN_CLIENT_ID.to_owned(),
        name: "Riser account".to_owned(),
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        web_origins: None,
        grant_types: Vec::new(),
        metadata: serde_json::Map::new(),
    };
    let target = RedirectTarget {
        redirect_uri: state.url(ACCOUNT_DONE),
        response_mode: ResponseMode::Query,
        issuer: state.issuer.clone(),
        state: None,
    };
    let request = AuthorizationRequest {
        client: Arc::new(client),
        target,
        response_type: ResponseType::IdToken,
        scopes: Vec::new(),
        api: None,
        payment: None,
        nonce: None,
        prompt,
        max_age: None,
        multi_factor: true,
        login_hint: None,
        id_token_hint: None,
        consent: false,
        context: RequestContext::default(),
    };
    begin::begin(state, request, state.log.begin(Kind::Account), session, peer).await
}
