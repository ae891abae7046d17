//! The checks of an authorization request, in the order in which they are made. As long as it is not certain who asks
//! and where the answer goes, a refusal is a page of the tenant; afterwards it goes back to the client.

use std::sync::Arc;

use super::request::{Prompt, Request, ResponseType};
use crate::answer::{ErrorCode, Place, Recipient};
use crate::config::{Api, Client};
use crate::http::Parameters;
use crate::log::Trace;
use crate::payment::{Payment, PaymentError};
use crate::scopes::MULTI_FACTOR;
use crate::state::State;

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Told to the person in front of the browser, because the redirect URI cannot be trusted.
    Page(String),
    /// Told to the client.
    Answer { to: Recipient, error: ErrorCode, description: String },
}

/// What a check after the first two says: the error and its description.
type Checked<T> = Result<T, (ErrorCode, String)>;

/// Every parameter that is looked at.
const KNOWN: [&str; 15] = [
    "response_type",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "scope",
    "nonce",
    "audience",
    "authorization_details",
    "prompt",
    "max_age",
    "acr_values",
    "login_hint",
    "request",
    "request_uri",
    "state",
];

pub(crate) fn check(state: &State, parameters: &Parameters, trace: &Trace) -> Result<Request, Refusal> {
    let client = client(state, parameters).map_err(Refusal::Page)?;
    let redirect_uri = redirect_uri(&client, parameters).map_err(Refusal::Page)?;
    // Of two states neither is the client's.
    let echoed = parameters.get("state").filter(|_| parameters.count("state") == 1);
    let to = Recipient {
        redirect_uri,
        place: place(parameters),
        issuer: state.issuer.clone(),
        state: echoed.map(str::to_owned),
        trace: trace.clone(),
    };
    let refused = |(error, description)| Refusal::Answer { to: to.clone(), error, description };

    no_duplicates(parameters).map_err(refused)?;
    no_request_object(parameters).map_err(refused)?;
    let response = response_type(parameters).map_err(refused)?;
    response_mode(parameters, &response).map_err(refused)?;
    let scopes = scopes(parameters).map_err(refused)?;
    let nonce = nonce(parameters, &response).map_err(refused)?;
    let api = audience(state, parameters).map_err(refused)?;
    let payment = payment(state, parameters).map_err(refused)?;
    let prompt = prompt(parameters).map_err(refused)?;
    let max_age = max_age(parameters).map_err(refused)?;
    let multi_factor = acr_values(parameters);
    let login_hint = parameters.get("login_hint").map(str::to_owned);
    Ok(Request {
        client,
        to,
        response,
        scopes,
        api,
        payment,
        nonce,
        prompt,
        max_age,
        multi_factor,
        login_hint,
    })
}

fn client(state: &State, parameters: &Parameters) -> Result<Arc<Client>, String> {
    if parameters.count("client_id") != 1 {
        return Err("It must name its client_id exactly once.".to_owned());
    }
    let id = parameters.get("client_id").unwrap_or_default();
    state.clients.get(id).cloned().ok_or_else(|| format!("Its client_id {id:?} is not registered here."))
}

/// Character by character: every cleverer comparison has been an open redirect somewhere (RFC 9700, 2.1).
fn redirect_uri(client: &Client, parameters: &Parameters) -> Result<String, String> {
    if parameters.count("redirect_uri") != 1 {
        return Err("It must name its redirect_uri exactly once.".to_owned());
    }
    let uri = parameters.get("redirect_uri").unwrap_or_default();
    match client.redirect_uris.iter().find(|known| *known == uri) {
        Some(known) => Ok(known.clone()),
        None => Err(format!("Its redirect_uri {uri:?} is not registered for {}.", client.name)),
    }
}

/// RFC 6749, 3.1: parameters must not be included more than once.
fn no_duplicates(parameters: &Parameters) -> Checked<()> {
    match parameters.duplicate(&KNOWN) {
        Some(name) => Err((ErrorCode::InvalidRequest, format!("{name} stands more than once."))),
        None => Ok(()),
    }
}

/// OIDC Core 6.1 and 6.2 have error codes of their own for what is not supported.
fn no_request_object(parameters: &Parameters) -> Checked<()> {
    if parameters.get("request").is_some() {
        return Err((ErrorCode::RequestNotSupported, "Request objects are not supported.".to_owned()));
    }
    if parameters.get("request_uri").is_some() {
        return Err((ErrorCode::RequestUriNotSupported, "request_uri is not supported.".to_owned()));
    }
    Ok(())
}

/// Where the answer is put: a code in the query and everything else in the fragment, unless the client says otherwise
/// (OAuth 2.0 Multiple Response Types, 2.1). Errors go where the answer would have gone.
fn place(parameters: &Parameters) -> Place {
    let code = parameters.get("response_type") == Some("code");
    if code && parameters.get("response_mode") != Some("fragment") { Place::Query } else { Place::Fragment }
}

/// The values of a response type have no order (OAuth 2.0 Multiple Response Types, 3).
fn response_type(parameters: &Parameters) -> Checked<ResponseType> {
    let Some(response_type) = parameters.get("response_type") else {
        return Err((ErrorCode::InvalidRequest, "response_type is missing.".to_owned()));
    };
    match response_type.split(' ').collect::<Vec<_>>().as_slice() {
        ["id_token", "token"] | ["token", "id_token"] => Ok(ResponseType::IdTokenToken),
        ["id_token"] => Ok(ResponseType::IdToken),
        ["code"] => Ok(ResponseType::Code { challenge: code_challenge(parameters)? }),
        _ => {
            let description = "response_type must be \"code\", \"id_token token\" or \"id_token\".";
            Err((ErrorCode::UnsupportedResponseType, description.to_owned()))
        }
    }
}

/// Clients here have no secret, so that a code is worth nothing without its verifier (RFC 7636, 4.4.1; RFC 9700, 2.1.1).
fn code_challenge(parameters: &Parameters) -> Checked<String> {
    let refused = |description: &str| Err((ErrorCode::InvalidRequest, description.to_owned()));
    if parameters.get("code_challenge_method") != Some("S256") {
        return refused("code_challenge_method must be \"S256\".");
    }
    let challenge = parameters.get("code_challenge").unwrap_or_default();
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return refused("code_challenge must be the SHA-256 of the verifier, as base64url without padding.");
    }
    Ok(challenge.to_owned())
}

/// Tokens are not put into a query, where servers and logs see them.
fn response_mode(parameters: &Parameters, response: &ResponseType) -> Checked<()> {
    let refused = |description: &str| Err((ErrorCode::InvalidRequest, description.to_owned()));
    match (parameters.get("response_mode"), response) {
        (None | Some("fragment"), _) | (Some("query"), ResponseType::Code { .. }) => Ok(()),
        (Some(_), ResponseType::Code { .. }) => refused("response_mode must be \"query\" or \"fragment\"."),
        (Some(_), _) => refused("response_mode must be \"fragment\"."),
    }
}

/// Unknown scopes are not refused here; they are just not granted.
fn scopes(parameters: &Parameters) -> Checked<Vec<String>> {
    let scope = parameters.get("scope").unwrap_or_default();
    let scopes: Vec<String> = scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    if scopes.iter().any(|scope| scope == "openid") {
        Ok(scopes)
    } else {
        Err((ErrorCode::InvalidScope, "scope must contain \"openid\".".to_owned()))
    }
}

/// Required in the implicit flow (OIDC Core 3.2.2.1), optional in the code flow (3.1.2.1).
fn nonce(parameters: &Parameters, response: &ResponseType) -> Checked<Option<String>> {
    let nonce = parameters.get("nonce").map(str::to_owned);
    if nonce.is_none() && !matches!(response, ResponseType::Code { .. }) {
        return Err((ErrorCode::InvalidRequest, "nonce is missing.".to_owned()));
    }
    Ok(nonce)
}

/// Auth0's parameter for the API. Without it, the access token is for the userinfo endpoint alone.
fn audience(state: &State, parameters: &Parameters) -> Checked<Option<Arc<Api>>> {
    let Some(audience) = parameters.get("audience") else { return Ok(None) };
    match state.apis.get(audience) {
        Some(api) => Ok(Some(Arc::clone(api))),
        None => Err((ErrorCode::AccessDenied, format!("Service not found: {audience}"))),
    }
}

/// RFC 9396, 5: what is not understood completely is refused.
fn payment(state: &State, parameters: &Parameters) -> Checked<Option<Payment>> {
    let details = parameters.get("authorization_details").filter(|_| state.authorization_details);
    let refused = |error: PaymentError| (ErrorCode::InvalidAuthorizationDetails, error.to_string());
    details.map(Payment::parse).transpose().map_err(refused)
}

fn prompt(parameters: &Parameters) -> Checked<Prompt> {
    match parameters.get("prompt") {
        None => Ok(Prompt::Unsaid),
        Some("none") => Ok(Prompt::None),
        Some("login") => Ok(Prompt::LogIn),
        Some(_) => Err((ErrorCode::InvalidRequest, "prompt must be \"none\" or \"login\".".to_owned())),
    }
}

fn max_age(parameters: &Parameters) -> Checked<Option<u64>> {
    let description = || "max_age must be a whole number of seconds.".to_owned();
    let parse = |age: &str| {
        let digits = age.bytes().all(|byte| byte.is_ascii_digit());
        age.parse().ok().filter(|_| digits).ok_or_else(|| (ErrorCode::InvalidRequest, description()))
    };
    parameters.get("max_age").map(parse).transpose()
}

/// Voluntary (OIDC Core 3.1.2.1): values that mean nothing here are passed over.
fn acr_values(parameters: &Parameters) -> bool {
    parameters.get("acr_values").is_some_and(|values| values.split(' ').any(|value| value == MULTI_FACTOR))
}
