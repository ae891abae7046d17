//! What the answer is to bring, and in which way.

use super::{CodeCheck, invalid_request};
use crate::domain::{Client, ErrorCode, GrantType, Parameters, ResponseMode, ResponseType};

/// How the answer gets to the client: tokens in the fragment and everything else in the query, unless the client says
/// otherwise (OAuth 2.0 Multiple Response Types, 2.1 and 5). Errors go where the answer would have gone.
pub(super) fn requested_mode(parameters: &Parameters) -> ResponseMode {
    let mut types = parameters.get("response_type").unwrap_or_default().split(' ');
    match parameters.get("response_mode") {
        Some("form_post") => ResponseMode::FormPost,
        Some("web_message") => ResponseMode::WebMessage,
        Some("fragment") => ResponseMode::Fragment,
        _ if types.any(|word| matches!(word, "token" | "id_token")) => ResponseMode::Fragment,
        _ => ResponseMode::Query,
    }
}

/// The values of a response type have no order (OAuth 2.0 Multiple Response Types, 3).
pub(super) fn response_type(parameters: &Parameters) -> CodeCheck<ResponseType> {
    let Some(response_type) = parameters.get("response_type") else {
        return invalid_request("response_type is missing.");
    };
    match response_type.split(' ').collect::<Vec<_>>().as_slice() {
        ["id_token", "token"] | ["token", "id_token"] => Ok(ResponseType::IdTokenToken),
        ["id_token"] => Ok(ResponseType::IdToken),
        ["token"] => Ok(ResponseType::Token),
        ["code"] => Ok(ResponseType::Code { challenge: code_challenge(parameters)? }),
        _ => {
            let description =
                "response_type must be \"code\", \"id_token token\", \"id_token\" or \"token\".";
            Err((ErrorCode::UnsupportedResponseType, description.to_owned()))
        }
    }
}

/// RFC 6749, 4.1.2.1 and 4.2.2.1.
pub(super) fn grant_type(client: &Client, response: &ResponseType) -> CodeCheck<()> {
    let (needed, name) = match response {
        ResponseType::Code { .. } => (GrantType::AuthorizationCode, "authorization_code"),
        ResponseType::IdToken | ResponseType::IdTokenToken | ResponseType::Token => {
            (GrantType::Implicit, "implicit")
        }
    };
    if client.grant_types.contains(&needed) {
        return Ok(());
    }
    Err((ErrorCode::UnauthorizedClient, format!("The grant_types of {} do not name {name}.", client.name)))
}

/// Clients here have no secret, so that a code is worth nothing without its verifier (RFC 7636, 4.4.1; RFC 9700, 2.1.1).
fn code_challenge(parameters: &Parameters) -> CodeCheck<String> {
    if parameters.get("code_challenge_method") != Some("S256") {
        return invalid_request("code_challenge_method must be \"S256\".");
    }
    let challenge = parameters.get("code_challenge").unwrap_or_default();
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return invalid_request(
            "code_challenge must be the SHA-256 of the verifier, as base64url without padding.",
        );
    }
    Ok(challenge.to_owned())
}

/// Tokens are not put into a query, where servers and logs see them (OAuth 2.0 Multiple Response Types, 3).
pub(super) fn response_mode(parameters: &Parameters, response: &ResponseType) -> CodeCheck<()> {
    match (parameters.get("response_mode"), response) {
        (None | Some("fragment" | "form_post" | "web_message"), _)
        | (Some("query"), ResponseType::Code { .. }) => Ok(()),
        (Some(_), ResponseType::Code { .. }) => invalid_request(
            "response_mode must be \"query\", \"fragment\", \"form_post\" or \"web_message\".",
        ),
        (Some(_), _) => {
            invalid_request("response_mode must be \"fragment\", \"form_post\" or \"web_message\".")
        }
    }
}

/// Required where the answer brings an ID token (OIDC Core 3.2.2.1), optional in the code flow (3.1.2.1).
pub(super) fn nonce(parameters: &Parameters, response: &ResponseType) -> CodeCheck<Option<String>> {
    let nonce = parameters.get("nonce").map(str::to_owned);
    if nonce.is_none() && response.has_id_token() {
        return invalid_request("nonce is missing.");
    }
    Ok(nonce)
}
