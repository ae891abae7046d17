//! The token endpoint (RFC 6749 4.1.3, OIDC Core 3.1.3): a code and its verifier become tokens.

use alloc::{format, string::ToString, vec};

use super::pkce::CodeVerifier;
use crate::{
    config::Config,
    domain::{AuthorizationCode, Problem, WebUrl},
    http::{Body, FormText, HttpRequest, HttpResult, Method},
    json::{Json, Object},
    oidc::{
        authorization_response::{ProviderError, ReceivedTokens},
        provider,
    },
};

/// The request that redeems a code. This client has no secret: the verifier takes its place (RFC 7636 4.5).
pub(crate) fn request(
    endpoint: WebUrl,
    config: &Config,
    code: AuthorizationCode,
    verifier: &CodeVerifier,
) -> HttpRequest {
    let code = code.into_text();
    let mut parameters = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &config.client_id),
        ("code", &code),
        ("redirect_uri", config.redirect_uri.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    // RFC 8707 2.2: the token is for this one of the resources that the code is good for.
    parameters.extend(config.api_parameters.resource.as_deref().map(|resource| ("resource", resource)));
    let form = FormText::encode(&parameters);
    HttpRequest { body: Some(Body::Form(form)), ..HttpRequest::new(Method::Post, endpoint) }
}

/// What the endpoint answered: tokens, an error of RFC 6749 5.2, or nothing that could be used.
pub(crate) fn read(outcome: HttpResult) -> Result<ReceivedTokens, Problem> {
    let answer = outcome.map_err(provider::unreachable)?;
    let body = Object::parse(&answer.body);
    if let Some(error) =
        body.as_ref().ok().and_then(|body| body.text("error")).filter(|_| answer.status != 200)
    {
        let description = body.ok().and_then(|body| body.text("error_description")).unwrap_or_default();
        return Err(ProviderError::new(&error, &description).problem());
    }
    provider::successful(Ok(answer))?;
    let body =
        body.map_err(|cause| provider::misconfigured("provider.tokens", format!("token endpoint: {cause}")))?;
    // A number is written as a number here, and as a text in a fragment.
    let readable = |value: &Json| matches!(value, Json::Integer(_)) || value.as_text().is_some();
    let names = ["access_token", "expires_in", "id_token", "scope", "token_type"];
    if let Some(name) = names.iter().find(|name| body.get(name).is_some_and(|value| !readable(value))) {
        let cause = format!("token endpoint: `{name}` is neither a text nor an integer");
        return Err(provider::misconfigured("provider.tokens", cause));
    }
    let take = |name: &str| match body.get(name)? {
        Json::Integer(number) => Some(number.to_string()),
        other => other.to_text(),
    };
    ReceivedTokens::read(take, body.get("authorization_details").cloned()).map_err(|error| error.problem())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpResponse, NetworkError};

    const GOOD: &str =
        r#"{"access_token":"AT","id_token":"IT","token_type":"Bearer","expires_in":7200,"scope":"openid"}"#;

    fn answer(status: u16, body: &str) -> Result<ReceivedTokens, String> {
        read(Ok(HttpResponse { status, body: body.into(), ..HttpResponse::default() }))
            .map_err(|problem| problem.code.into_owned())
    }

    /// Proves: refresh-token-not-kept
    #[test]
    fn refresh_token_is_not_read() {
        for body in [GOOD.to_owned(), GOOD.replace('}', r#","refresh_token":"RT"}"#)] {
            let tokens = answer(200, &body).ok().unwrap();
            assert_eq!((tokens.access_token.as_str(), tokens.id_token.as_str()), ("AT", "IT"));
            assert_eq!(tokens.expires_in, Some(7200));
        }
    }

    /// Proves: code-flow-tokens-checked
    #[test]
    fn each_error_has_its_code() {
        for (status, body, code) in [
            (400, r#"{"error":"invalid_grant","error_description":"used"}"#, "provider.invalid_grant"),
            (403, r#"{"error":"access_denied"}"#, "provider.access_denied"),
            (500, "oh", "provider.unreachable"),
            (200, "oh", "provider.tokens"),
            (200, "{}", "callback.refused"),
            (200, &GOOD.replace("Bearer", "DPoP"), "callback.refused"),
            (200, &GOOD.replace("7200", "0"), "callback.refused"),
            (200, &GOOD.replace("id_token", "it"), "callback.refused"),
            (200, &GOOD.replace("\"scope\"", "\"token_type\""), "provider.tokens"),
            (200, &GOOD.replace("\"openid\"", "[\"openid\"]"), "provider.tokens"),
            (200, &GOOD.replace("7200", "7200.5"), "provider.tokens"),
        ] {
            assert_eq!(answer(status, body).err().as_deref(), Some(code), "{status} {body}");
        }
        assert_eq!(read(Err(NetworkError::TimedOut)).err().unwrap().code, "provider.unreachable");
    }
}
