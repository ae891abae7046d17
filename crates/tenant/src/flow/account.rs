//! The customer comes without a client, to look after the ways to confirm. For this the tenant asks itself: a request like
//! any other, which costs a second factor and is answered by a page instead of tokens.

use std::sync::Arc;

use axum::response::Response;
use http_server::Peer;

use super::begin;
use crate::answer::{Place, Recipient};
use crate::config::Client;
use crate::endpoints::authorize::{Prompt, Request, ResponseType};
use crate::log::Kind;
use crate::scripts::{Decided, Told};
use crate::state::State;

/// No client has this `client_id`, for a parameter that is empty counts as absent.
const OWN: &str = "";
/// Where the customer ends.
pub(crate) const DONE: &str = "account/done";

impl Request {
    /// Whether the tenant itself asks.
    pub(crate) fn is_own(&self) -> bool {
        self.client.id == OWN
    }
}

/// A customer wants to look after the ways to confirm.
pub(crate) async fn account(
    state: &State,
    session: Option<&str>,
    prompt: Prompt,
    peer: Option<Peer>,
) -> Response {
    let client = Client {
        id: OWN.to_owned(),
        name: "Riser account".to_owned(),
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        web_origins: None,
        grant_types: Vec::new(),
        metadata: serde_json::Map::new(),
    };
    let to = Recipient {
        redirect_uri: state.url(DONE),
        place: Place::Query,
        issuer: state.issuer.clone(),
        state: None,
        trace: state.log.begin(Kind::Account),
    };
    let request = Request {
        client: Arc::new(client),
        to,
        response: ResponseType::IdToken,
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
        told: Told::default(),
        decided: Decided::default(),
    };
    begin(state, request, session, peer).await
}
