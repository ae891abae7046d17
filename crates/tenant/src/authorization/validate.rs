//! The checks of an authorization request, in the order in which they are made. As long as it is not certain who asks
//! and where the answer goes, a refusal is a page of the tenant; afterwards it goes back to the client.

mod customer;
mod response;

use std::sync::Arc;

use crate::domain::{
    Api, AuthorizationRequest, Client, ErrorCode, Parameters, Payment, PaymentError, Prompt, RedirectTarget,
    RequestContext, ResponseMode, origin_of, web_origin_of,
};
use crate::state::AppState;

#[derive(Debug)]
pub(crate) enum InvalidRequest {
    /// Shown to the person in front of the browser, because the redirect URI cannot be trusted.
    Page(String),
    Redirect {
        target: RedirectTarget,
        error: ErrorCode,
        description: String,
    },
}

/// What a check after the first two says: the error and its description.
type CodeCheck<T> = Result<T, (ErrorCode, String)>;

fn invalid_request<T>(description: &str) -> CodeCheck<T> {
    Err((ErrorCode::InvalidRequest, description.to_owned()))
}

/// Every parameter that is looked at, `ui_locales` where the language of the pages is chosen. `display`, `claims_locales` and
/// `claims` are not: there is one set of pages, and the metadata say that claims cannot be asked for one by one.
const KNOWN: &str = "response_type response_mode code_challenge code_challenge_method scope nonce audience \
    authorization_details prompt max_age acr_values login_hint id_token_hint request request_uri state ui_locales";

/// Parses and validates a request. `is_framed`: no page is shown in a frame, so that nobody can be asked anything there.
pub(crate) fn validate(
    state: &AppState,
    parameters: &Parameters,
    context: RequestContext,
    is_framed: bool,
) -> Result<AuthorizationRequest, InvalidRequest> {
    let client = client(state, parameters).map_err(InvalidRequest::Page)?;
    let target = target(state, &client, parameters).map_err(InvalidRequest::Page)?;
    request(state, client, &target, parameters, context, is_framed)
        .map_err(|(error, description)| InvalidRequest::Redirect { target, error, description })
}

/// Where the response goes, errors too.
fn target(state: &AppState, client: &Client, parameters: &Parameters) -> Result<RedirectTarget, String> {
    let redirect_uri = redirect_uri(client, parameters)?;
    // Of two states neither is the client's.
    let echoed = parameters.get("state").filter(|_| parameters.count("state") == 1);
    let response_mode = response::requested_mode(parameters);
    match response_mode {
        ResponseMode::WebMessage => message_target(client, &redirect_uri)?,
        ResponseMode::FormPost if origin_of(&redirect_uri).is_none() => return Err(no_web("form_post")),
        ResponseMode::FormPost | ResponseMode::Fragment | ResponseMode::Query => {}
    }
    let (issuer, state) = (state.issuer.clone(), echoed.map(str::to_owned));
    Ok(RedirectTarget { redirect_uri, response_mode, issuer, state })
}

fn request(
    state: &AppState,
    client: Arc<Client>,
    target: &RedirectTarget,
    parameters: &Parameters,
    context: RequestContext,
    is_framed: bool,
) -> CodeCheck<AuthorizationRequest> {
    no_duplicates(parameters)?;
    no_request_object(parameters)?;
    let response_type = response::response_type(parameters)?;
    response::grant_type(&client, &response_type)?;
    response::response_mode(parameters, &response_type)?;
    let scopes = scopes(parameters, response_type.has_id_token())?;
    let nonce = response::nonce(parameters, &response_type)?;
    let api = audience(state, parameters)?;
    let payment = payment(state, parameters)?;
    let (prompt, consent) = customer::prompt(parameters)?;
    let max_age = customer::max_age(parameters)?;
    let id_token_hint = customer::id_token_hint(state, &client, parameters)?;
    let prompt = match prompt {
        // Not on the phone either.
        Prompt::Unsaid if is_framed => Prompt::None,
        Prompt::LogIn if is_framed => {
            let description = "The customer has to log in, and not in a frame.".to_owned();
            return Err((ErrorCode::LoginRequired, description));
        }
        prompt => prompt,
    };
    Ok(AuthorizationRequest {
        client,
        target: target.clone(),
        response_type,
        scopes,
        api,
        payment,
        nonce,
        prompt,
        consent,
        max_age,
        multi_factor: customer::acr_values(parameters),
        login_hint: parameters.get("login_hint").map(str::to_owned),
        id_token_hint,
        context,
    })
}

fn client(state: &AppState, parameters: &Parameters) -> Result<Arc<Client>, String> {
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

/// A message goes to pages of the redirect URI's origin, so these have to be the client's.
fn message_target(client: &Client, redirect_uri: &str) -> Result<(), String> {
    let Some(origin) = web_origin_of(redirect_uri) else { return Err(no_web("web_message")) };
    if client.is_web_origin(&origin) {
        return Ok(());
    }
    Err(format!("The origin of its redirect_uri, {origin}, is not among the web_origins of {}.", client.name))
}

/// What the redirect URI of a native app cannot have.
fn no_web(response_mode: &str) -> String {
    format!(
        "Its response_mode {response_mode:?} takes a redirect_uri with http or https; an app's has \"query\" or \"fragment\"."
    )
}

/// RFC 6749, 3.1: parameters must not be included more than once.
fn no_duplicates(parameters: &Parameters) -> CodeCheck<()> {
    match parameters.duplicate(KNOWN.split(' ')) {
        Some(name) => Err((ErrorCode::InvalidRequest, format!("{name} stands more than once."))),
        None => Ok(()),
    }
}

/// OIDC Core 6.1 and 6.2 have error codes of their own for what is not supported.
fn no_request_object(parameters: &Parameters) -> CodeCheck<()> {
    if parameters.get("request").is_some() {
        return Err((ErrorCode::RequestNotSupported, "Request objects are not supported.".to_owned()));
    }
    if parameters.get("request_uri").is_some() {
        return Err((ErrorCode::RequestUriNotSupported, "request_uri is not supported.".to_owned()));
    }
    Ok(())
}

/// Unknown scopes are not refused here; they are just not granted. Without `openid` a request is one of OAuth, for which
/// there is no ID token (OIDC Core 3.1.2.1).
fn scopes(parameters: &Parameters, for_id_token: bool) -> CodeCheck<Vec<String>> {
    let scope = parameters.get("scope").unwrap_or_default();
    let refused = |description: &str| Err((ErrorCode::InvalidScope, description.to_owned()));
    let allowed = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if !scope.bytes().all(allowed) {
        return refused("scope must be printable ASCII, without quotation marks and backslashes.");
    }
    let scopes: Vec<String> = scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    if for_id_token && !scopes.iter().any(|scope| scope == "openid") {
        return refused("scope must contain \"openid\" where the response_type asks for an ID token.");
    }
    Ok(scopes)
}

/// Auth0's parameter for the API. Without it, the access token is for the userinfo endpoint alone.
fn audience(state: &AppState, parameters: &Parameters) -> CodeCheck<Option<Arc<Api>>> {
    let Some(audience) = parameters.get("audience") else { return Ok(None) };
    match state.apis.get(audience) {
        Some(api) => Ok(Some(Arc::clone(api))),
        None => Err((ErrorCode::AccessDenied, format!("Service not found: {audience}"))),
    }
}

/// RFC 9396, 5: what is not understood completely is refused.
fn payment(state: &AppState, parameters: &Parameters) -> CodeCheck<Option<Payment>> {
    let details = parameters.get("authorization_details").filter(|_| state.authorization_details);
    let refused = |error: PaymentError| (ErrorCode::InvalidAuthorizationDetails, error.to_string());
    details.map(Payment::parse).transpose().map_err(refused)
}
