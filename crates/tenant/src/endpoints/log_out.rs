//! `/v2/logout` (Auth0's own) and `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0): both end the session, and
//! go on only to an address that is registered character by character.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;

use crate::authorization;
use crate::domain::{Client, Parameters, Session};
use crate::extract::{FormParameters, QueryParameters};
use crate::http::{Cookies, cookies, has_valid_csrf_token};
use crate::log::{Event, Kind, Trace, events};
use crate::page_context::t;
use crate::pages;
use crate::random::Fingerprint;
use crate::state::{AppState, Shared};
use crate::tokens::{self, PresentedIdToken};

/// Parameters: `client_id`, `returnTo`.
pub(super) async fn auth0(
    State(state): Shared,
    QueryParameters(parameters): QueryParameters,
    cookies: Cookies,
) -> Response {
    let client = parameters.get("client_id").map(str::to_owned);
    let wanted = parameters.get("returnTo");
    let next = wanted.and_then(|uri| registered(&state, client.as_deref(), uri));
    let trace = state.log.begin_request(Kind::LogOut, "/v2/logout", &parameters);
    end(&state, &cookies, wanted, next, &trace)
}

/// Parameters: `post_logout_redirect_uri`, `client_id`, `id_token_hint`, `logout_hint`, `state`.
pub(super) async fn openid(
    State(state): Shared,
    QueryParameters(parameters): QueryParameters,
    cookies: Cookies,
) -> Response {
    let trace = state.log.begin_request(Kind::LogOut, "/oidc/logout", &parameters);
    let wanted = parameters.get("post_logout_redirect_uri");
    let next = next(&state, &parameters);
    if state.ask_before_log_out
        && let Some((cookie, session)) = session(&state, &cookies)
        && !identifies_session(&state, &parameters, &session)
    {
        trace.record(Event::LogOutPage);
        return pages::log_out(&csrf_token(cookie), &parameters.encoded(), next.as_deref());
    }
    end(&state, &cookies, wanted, next, &trace)
}

/// The customer's answer. Parameters: `form_token`; `query`, what was asked; and `stay`, or none.
pub(super) async fn confirm(
    State(state): Shared,
    cookies: Cookies,
    headers: HeaderMap,
    FormParameters(form): FormParameters,
) -> Response {
    let expected = cookies.get(cookies::SESSION).map(csrf_token).unwrap_or_default();
    if expected.is_empty() || !has_valid_csrf_token(&form, &headers, &expected) {
        return pages::forged(&state);
    }
    let parameters = Parameters::of_query(form.get("query")).unwrap_or_default();
    let next = next(&state, &parameters);
    let trace = state.log.begin_request(Kind::LogOut, "/u/logout", &parameters);
    if form.get("stay").is_none() {
        return end(&state, &cookies, parameters.get("post_logout_redirect_uri"), next, &trace);
    }
    trace.record(Event::StaysLoggedIn);
    match next {
        Some(uri) => Redirect::to(&uri).into_response(),
        None => pages::notice(&state, StatusCode::OK, t("stayed.title"), t("close_page")),
    }
}

/// The specification wants POST too (2). Browsers keep session cookies from a post that comes from another site, so it is
/// turned into the same request by GET, in which they send them. The ID token stays out of that address: what it proves
/// goes on instead.
pub(super) async fn openid_post(
    State(state): Shared,
    FormParameters(parameters): FormParameters,
) -> Response {
    let parameters = without_token(&state, parameters);
    Redirect::to(&format!("/oidc/logout?{}", parameters.encoded())).into_response()
}

/// The same request, with `client_id` and `logout_hint` (the `sid`) in the place of `id_token_hint`. A token that proves
/// nothing takes both with it: then nobody says who asks, and no session is named.
fn without_token(state: &AppState, parameters: Parameters) -> Parameters {
    let Some(token) = parameters.get("id_token_hint") else { return parameters };
    let client = client(state, &parameters);
    let token: Option<PresentedIdToken> = tokens::verify(&state.key, token).filter(|_| client.is_some());
    let sid = token.map(|token| token.sid).filter(|sid| !sid.is_empty());
    let sid = sid.filter(|sid| parameters.get("logout_hint").is_none_or(|hint| hint == sid));
    let replaced = ["id_token_hint", "client_id", "logout_hint"];
    let rest = parameters.pairs().filter(|(name, _)| !replaced.contains(name));
    let mut pairs: Vec<_> = rest.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let proven = [("client_id", client), ("logout_hint", sid)];
    pairs.extend(proven.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Parameters::of_pairs(pairs)
}

fn end(
    state: &AppState,
    cookies: &Cookies,
    wanted: Option<&str>,
    next: Option<String>,
    trace: &Trace,
) -> Response {
    let ended = authorization::log_out(state, cookies.get(cookies::SESSION));
    let customer = ended.and_then(|session| state.directory.by_sub(&session.sub));
    trace.record(events::logged_out(customer.as_deref(), wanted, next.is_some()));
    let response = match next {
        Some(uri) => Redirect::to(&uri).into_response(),
        None => pages::notice(state, StatusCode::OK, t("logged_out.title"), t("close_page")),
    };
    (cookies::expired(state, cookies::SESSION), response).into_response()
}

/// Where the browser goes afterwards: to what the client has registered, with its `state`.
fn next(state: &AppState, parameters: &Parameters) -> Option<String> {
    let client = client(state, parameters)?;
    let uri = registered(state, Some(&client), parameters.get("post_logout_redirect_uri")?)?;
    Some(with_state(uri, parameters.get("state")))
}

/// The session of this browser, and its cookie.
fn session<'a>(state: &AppState, cookies: &'a Cookies) -> Option<(&'a str, Session)> {
    let cookie = cookies.get(cookies::SESSION)?;
    let session = state.store().sessions.by_cookie(cookie, state.now())?.clone();
    Some((cookie, session))
}

/// Whether the request names this very session: with its ID token, or with its `sid` as Auth0 has it. Whoever links to this
/// address knows neither.
fn identifies_session(state: &AppState, parameters: &Parameters, session: &Session) -> bool {
    let by_token = parameters.get("id_token_hint").map(|hint| {
        let hint: Option<PresentedIdToken> = tokens::verify(&state.key, hint);
        hint.is_some_and(|hint| hint.iss == state.issuer && hint.sid == session.sid)
    });
    let by_sid = parameters.get("logout_hint").map(|sid| sid == session.sid);
    [by_token, by_sid].into_iter().flatten().reduce(|one, other| one && other).unwrap_or(false)
}

/// Of a session's cookie, which no other origin reads.
fn csrf_token(cookie: &str) -> String {
    Fingerprint::of(&format!("log-out form {cookie}")).text()
}

/// Who asks: named by `client_id`, by the ID token, or by both and then the same (2). The token may have expired.
fn client(state: &AppState, parameters: &Parameters) -> Option<String> {
    let named = parameters.get("client_id").map(str::to_owned);
    let Some(hint) = parameters.get("id_token_hint") else { return named };
    let hint: PresentedIdToken = tokens::verify(&state.key, hint)?;
    let agrees = hint.iss == state.issuer && named.is_none_or(|named| named == hint.aud);
    agrees.then_some(hint.aud)
}

fn registered(state: &AppState, client: Option<&str>, uri: &str) -> Option<String> {
    let client: &Client = state.clients.get(client?)?;
    client.post_logout_redirect_uris.iter().find(|known| *known == uri).cloned()
}

fn with_state(uri: String, state: Option<&str>) -> String {
    let Some(state) = state else { return uri };
    let pair = Serializer::new(String::new()).append_pair("state", state).finish();
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{pair}")
}
