//! `/v2/logout` (Auth0's own) and `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0): both end the session, and
//! go on only to an address that is registered character by character.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;

use super::Shared;
use crate::config::Client;
use crate::flow;
use crate::http::{Cookies, Parameters, cookies};
use crate::log::{self, Kind, Trace};
use crate::pages;
use crate::state;
use crate::tokens::{self, PresentedIdToken};

/// Parameters: `client_id`, `returnTo`.
pub(super) async fn auth0(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let client = parameters.get("client_id").map(str::to_owned);
    let wanted = parameters.get("returnTo");
    let next = wanted.and_then(|uri| registered(&state, client.as_deref(), uri));
    let trace = state.log.begin_request(Kind::LogOut, "/v2/logout", &parameters);
    end(&state, &cookies, (wanted, next), &trace)
}

/// Parameters: `post_logout_redirect_uri`, `client_id`, `id_token_hint`, `state`.
pub(super) async fn openid(State(state): Shared, RawQuery(query): RawQuery, cookies: Cookies) -> Response {
    let parameters = Parameters::of_query(query.as_deref()).unwrap_or_default();
    let next = client(&state, &parameters).and_then(|client| {
        let uri = registered(&state, Some(&client), parameters.get("post_logout_redirect_uri")?)?;
        Some(with_state(uri, parameters.get("state")))
    });
    let trace = state.log.begin_request(Kind::LogOut, "/oidc/logout", &parameters);
    end(&state, &cookies, (parameters.get("post_logout_redirect_uri"), next), &trace)
}

/// The specification wants POST too. Browsers keep session cookies from a post that comes from another site, so it is
/// turned into the same request by GET.
pub(super) async fn openid_post(body: Bytes) -> Response {
    let parameters = Parameters::parse(&body).unwrap_or_default();
    Redirect::to(&format!("/oidc/logout?{}", parameters.encoded())).into_response()
}

fn end(
    state: &state::State,
    cookies: &Cookies,
    (wanted, next): (Option<&str>, Option<String>),
    trace: &Trace,
) -> Response {
    let ended = flow::log_out(state, cookies.get(cookies::SESSION));
    trace.record(log::logged_out(state, ended.as_ref(), wanted, next.is_some()));
    let response = match next {
        Some(uri) => Redirect::to(&uri).into_response(),
        None => pages::notice(state, StatusCode::OK, "You are logged out", "You can close this page."),
    };
    (cookies::expired(state, cookies::SESSION), response).into_response()
}

/// Who asks: named by `client_id`, by the ID token, or by both and then the same (2). The token may have expired.
fn client(state: &state::State, parameters: &Parameters) -> Option<String> {
    let named = parameters.get("client_id").map(str::to_owned);
    let Some(hint) = parameters.get("id_token_hint") else { return named };
    let hint: PresentedIdToken = tokens::verify(&state.key, hint)?;
    let agrees = hint.iss == state.issuer && named.is_none_or(|named| named == hint.aud);
    agrees.then_some(hint.aud)
}

fn registered(state: &state::State, client: Option<&str>, uri: &str) -> Option<String> {
    let client: &Client = state.clients.get(client?)?;
    client.post_logout_redirect_uris.iter().find(|known| *known == uri).cloned()
}

fn with_state(uri: String, state: Option<&str>) -> String {
    let Some(state) = state else { return uri };
    let pair = Serializer::new(String::new()).append_pair("state", state).finish();
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{pair}")
}
