//! `/authorize`: from a client's request to the log-in page, the phone, or straight back with tokens
//! (OIDC Core 3.2.2.1).

mod checks;
mod request;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use http_server::Peer;

use super::Shared;
use crate::answer::ErrorCode;
use crate::flow;
use crate::http::{Cookies, Framed, Parameters, cookies};
use crate::log::{self, Event, Kind, redacted};
use crate::pages;
use crate::scripts::Told;

use checks::{Refusal, check};
pub(crate) use request::{Prompt, Request, ResponseType};

/// A client may also post its request (3.1.2.1). Browsers keep session cookies from a post that comes from another
/// site, so that it would look signed out: it is turned into the same request by GET.
pub(super) async fn post(State(state): Shared, body: Result<Bytes, BytesRejection>) -> Response {
    match body.ok().and_then(|body| Parameters::parse(&body)) {
        Some(parameters) => Redirect::to(&format!("/authorize?{}", parameters.encoded())).into_response(),
        None => unreadable(&state),
    }
}

pub(super) async fn get(
    State(state): Shared,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    cookies: Cookies,
    Framed(framed): Framed,
    headers: HeaderMap,
) -> Response {
    let Some(parameters) = Parameters::of_query(query.as_deref()) else { return unreadable(&state) };
    let peer = peer.map(|Extension(peer)| peer);
    let said = |name| parameters.get(name).map(redacted);
    tracing::info!(
        client_id = said("client_id"),
        response_type = said("response_type"),
        scope = said("scope"),
        audience = said("audience"),
        prompt = said("prompt"),
        "authorize"
    );
    let trace = state.log.begin_request(Kind::Authorization, "/authorize", &parameters);
    match check(&state, &parameters, &trace) {
        Ok(mut request) => {
            // No page of ours is shown in a frame, so there is nobody to ask: not on the phone either.
            match request.prompt {
                Prompt::Unsaid if framed => request.prompt = Prompt::None,
                Prompt::LogIn if framed => {
                    let description = "The customer has to log in, and not in a frame.";
                    return request.to.refuse(ErrorCode::LoginRequired, description);
                }
                Prompt::Unsaid | Prompt::LogIn | Prompt::None => {}
            }
            request.told = Told::of(&parameters, &headers, peer.map(|peer| peer.to_string()));
            flow::begin(&state, request, cookies.get(cookies::SESSION), peer).await
        }
        Err(Refusal::Page(sentence)) => {
            tracing::info!(reason = ?redacted(&sentence), "authorize: refused with a page");
            trace.record(Event::RefusedPage { sentence: sentence.clone() });
            let log = trace.id().filter(|_| log::is_shown_to(&state, &headers, peer));
            pages::refused(&state, &sentence, log)
        }
        Err(Refusal::Answer { to, error, description }) => {
            tracing::info!(error = error.code(), description = ?redacted(&description), "authorize: refused");
            to.refuse(error, &description)
        }
    }
}

fn unreadable(state: &crate::state::State) -> Response {
    let sentence = "The request is longer than 8 KiB or is not form-encoded.";
    state.log.begin(Kind::Authorization).record(Event::RefusedPage { sentence: sentence.to_owned() });
    pages::notice(
        state,
        StatusCode::BAD_REQUEST,
        "The application sent a request that cannot be read",
        sentence,
    )
}
