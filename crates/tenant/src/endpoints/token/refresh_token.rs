//! A refresh token becomes tokens (RFC 6749, 6).

use std::sync::Arc;

use axum::http::HeaderMap;
use http_server::Peer;

use super::response::Tokens;
use crate::authorization::refresh::{RefreshRequest, refresh};
use crate::domain::{Client, Parameters};
use crate::endpoints::oauth::{OAuthError, required};
use crate::http::request_context;
use crate::log::Trace;
use crate::metrics::Flow;
use crate::state::AppState;

/// Parameters that scripts are told. The others are the client's secrets, or nobody's business.
const SHOWN_TO_SCRIPTS: [&str; 4] = ["grant_type", "client_id", "scope", "audience"];

pub(super) async fn exchange(
    state: &AppState,
    client: Arc<Client>,
    parameters: &Parameters,
    headers: &HeaderMap,
    peer: Option<Peer>,
    trace: &Trace,
) -> Result<Tokens, OAuthError> {
    let mut context = request_context(parameters, headers, peer.map(|peer| peer.to_string()));
    context.query.retain(|name, _| SHOWN_TO_SCRIPTS.contains(&name.as_str()));
    let request = RefreshRequest {
        client,
        token: required(parameters, "refresh_token")?,
        scope: parameters.get("scope"),
        audience: parameters.get("audience"),
        context,
    };
    let refreshed = refresh(state, request, trace).await.map_err(|refusal| {
        let (code, description) = refusal.said();
        OAuthError::new(code, description)
    })?;
    Ok(Tokens::of(state, &refreshed.grant, refreshed.refresh_token, Flow::RefreshToken, trace))
}
