//! `/oauth/token`: a code becomes tokens, once, for whoever knows the verifier (RFC 6749 4.1.3, RFC 7636 4.5).

use super::{
    codes::IssuedCode,
    form,
    provider::Shared,
    responses::{broken, readable},
    tokens::issue_tokens,
};
use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) async fn exchange(State(provider): Shared, body: String) -> Response {
    let parameters = match form::decoded(&body) {
        Ok(parameters) => parameters,
        Err(what) => return error_response("invalid_request", &what),
    };
    let sent = |name: &str| parameters.get(name).map(String::as_str);
    if sent("grant_type") != Some("authorization_code") {
        return error_response("unsupported_grant_type", "`grant_type` is not authorization_code");
    }
    if sent("client_id") != Some(&provider.registration().client_id) {
        return error_response("invalid_client", "`client_id` is not that of a client");
    }
    let kept = sent("code").and_then(|code| provider.state().codes.spend(code));
    let Some(kept) = kept else { return error_response("invalid_grant", "`code` is unknown or was used") };
    match check(&kept, &parameters) {
        Err(what) => error_response("invalid_grant", what),
        Ok(()) => match issue_tokens(kept.grant, &provider) {
            Err(error) => broken(&error),
            Ok(tokens) => {
                let mut answer = json!({
                    "access_token": tokens.access_token,
                    "id_token": tokens.id_token,
                    "token_type": "Bearer",
                    "expires_in": tokens.expires_in,
                });
                if let Some(scope) = tokens.scope {
                    answer["scope"] = scope.into();
                }
                if let Some(details) = tokens.details {
                    answer["authorization_details"] = details;
                }
                json_response(StatusCode::OK, answer)
            }
        },
    }
}

fn check(kept: &IssuedCode, parameters: &BTreeMap<String, String>) -> Result<(), &'static str> {
    if parameters.get("redirect_uri") != Some(&kept.redirect_uri) {
        return Err("`redirect_uri` is not that of the request");
    }
    let verifier = parameters.get("code_verifier").ok_or("there is no `code_verifier`")?;
    if !(43..=128).contains(&verifier.len()) {
        return Err("`code_verifier` does not have 43 to 128 characters");
    }
    let hash = digest(&SHA256, verifier.as_bytes());
    if BASE64_URL_SAFE_NO_PAD.encode(hash) == kept.challenge {
        Ok(())
    } else {
        Err("`code_verifier` does not fit the `code_challenge`")
    }
}

fn error_response(error: &str, description: &str) -> Response {
    json_response(StatusCode::BAD_REQUEST, json!({ "error": error, "error_description": description }))
}

fn json_response(status: StatusCode, answer: Value) -> Response {
    readable((status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
