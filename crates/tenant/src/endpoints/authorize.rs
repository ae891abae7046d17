//! `/authorize`: from a client's request to the log-in page, the phone, or straight back with tokens
//! (OIDC Core 3.2.2.1).

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::authorization::respond::send_error;
use crate::authorization::{self, InvalidRequest};
use crate::domain::Parameters;
use crate::extract::{ClientPeer, Framed, is_shown_to};
use crate::http::{Cookies, cookies, request_context};
use crate::log::{Event, Kind, redacted};
use crate::page_context::t;
use crate::pages;
use crate::state::{AppState, Shared};

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
    ClientPeer(peer): ClientPeer,
    cookies: Cookies,
    Framed(framed): Framed,
    headers: HeaderMap,
) -> Response {
    let Some(parameters) = Parameters::of_query(query.as_deref()) else { return unreadable(&state) };
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
    let context = request_context(&parameters, &headers, peer.map(|peer| peer.to_string()));
    match authorization::validate(&state, &parameters, context, framed) {
        Ok(request) => {
            authorization::begin(&state, request, trace, cookies.get(cookies::SESSION), peer).await
        }
        Err(InvalidRequest::Page(sentence)) => {
            tracing::info!(reason = ?redacted(&sentence), "authorize: refused with a page");
            trace.record(Event::RefusedPage { sentence: sentence.clone() });
            let log = trace.id().filter(|_| is_shown_to(&state, &headers, peer));
            pages::refused(&state, &sentence, log)
        }
        Err(InvalidRequest::Redirect { target, error, description }) => {
            tracing::info!(error = error.code(), description = ?redacted(&description), "authorize: refused");
            send_error(&target, &trace, error, &description)
        }
    }
}

fn unreadable(state: &AppState) -> Response {
    let sentence = "The request is longer than 8 KiB or is not form-encoded.";
    state.log.begin(Kind::Authorization).record(Event::RefusedPage { sentence: sentence.to_owned() });
    pages::notice(state, StatusCode::BAD_REQUEST, t("unreadable.title"), t("unreadable.sentence"))
}
