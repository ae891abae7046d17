//! `/authorize`: looks at the request as strictly as a provider may, logs Ada in, and sends the browser back.

use super::{
    fault::Fault,
    form,
    grant::Grant,
    provider::{FaultyProvider, Shared},
    responses::broken,
    tokens::issue_tokens,
};
use crate::TestError;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use std::collections::BTreeMap;

/// What comes back, and where in the address.
enum ResponseKind {
    /// `response_type=id_token token`: the tokens, in the fragment.
    Tokens,
    /// `response_type=code`: a code for whoever knows what this is the SHA-256 of (RFC 7636).
    Code { challenge: String, in_fragment: bool },
}

/// A request without a fault in it.
struct Request {
    kind: ResponseKind,
    redirect_uri: String,
    state: String,
    grant: Grant,
}

pub(super) async fn authorize(State(provider): Shared, RawQuery(query): RawQuery) -> Response {
    match check(&provider, &query.unwrap_or_default()) {
        // A page, which no test expects: its sentence stands in the failure.
        Err(what) => {
            let sentence = format!("This request of the client is not as it should be: {what}");
            (StatusCode::BAD_REQUEST, sentence).into_response()
        }
        Ok(request) => request.respond(&provider).unwrap_or_else(|error| broken(&error)),
    }
}

/// OIDC Core 3.1.2.1 and 3.2.2.1, RFC 7636 4.3.
fn check(provider: &FaultyProvider, query: &str) -> Result<Request, String> {
    let parameters = form::decoded(query)?;
    let registration = provider.registration();
    expect(&parameters, "client_id", &registration.client_id)?;
    expect(&parameters, "audience", &registration.audience)?;
    let redirect_uri = format!("{}/callback", registration.app);
    expect(&parameters, "redirect_uri", &redirect_uri)?;
    let state = required(&parameters, "state")?;
    let scopes: Vec<String> = required(&parameters, "scope")?.split(' ').map(str::to_owned).collect();
    if !scopes.iter().any(|scope| scope == "openid") {
        return Err("`scope` has no openid".to_owned());
    }
    let mode = parameters.get("response_mode").map(String::as_str);
    let kind = match (required(&parameters, "response_type")?.as_str(), mode) {
        ("id_token token" | "token id_token", None | Some("fragment")) => {
            required(&parameters, "nonce")?;
            ResponseKind::Tokens
        }
        ("code", None | Some("query" | "fragment")) => {
            expect(&parameters, "code_challenge_method", "S256")?;
            let challenge = required(&parameters, "code_challenge")?;
            ResponseKind::Code { challenge, in_fragment: mode == Some("fragment") }
        }
        (response_type, mode) => {
            return Err(format!("`response_type` {response_type:?} with `response_mode` {mode:?}"));
        }
    };
    let nonce = parameters.get("nonce").cloned();
    let details = parameters.get("authorization_details").map(|text| serde_json::from_str(text));
    let details = details.transpose().map_err(|_| "`authorization_details` are not JSON".to_owned())?;
    Ok(Request { kind, redirect_uri, state, grant: Grant { scopes, nonce, details } })
}

fn required(parameters: &BTreeMap<String, String>, name: &str) -> Result<String, String> {
    parameters.get(name).cloned().ok_or_else(|| format!("it has no `{name}`"))
}

fn expect(parameters: &BTreeMap<String, String>, name: &str, expected: &str) -> Result<(), String> {
    match required(parameters, name)? {
        found if found == expected => Ok(()),
        found => Err(format!("`{name}` is {found:?} and not {expected:?}")),
    }
}

impl Request {
    fn respond(self, provider: &FaultyProvider) -> Result<Response, TestError> {
        let Self { kind, redirect_uri, state, grant } = self;
        let mut pairs = vec![("state", state)];
        match provider.fault() {
            Some(Fault::ResponseIssMissing) => {}
            Some(Fault::ResponseIssOfAnother) => {
                pairs.push(("iss", "https://another-issuer.example/".to_owned()));
            }
            _ => pairs.push(("iss", provider.registration().issuer.clone())),
        }
        let joint = match kind {
            ResponseKind::Tokens => {
                let tokens = issue_tokens(grant, provider)?;
                pairs.extend([
                    ("access_token", tokens.access_token),
                    ("id_token", tokens.id_token),
                    ("token_type", "Bearer".to_owned()),
                    ("expires_in", tokens.expires_in.to_string()),
                ]);
                pairs.extend(tokens.scope.map(|scope| ("scope", scope)));
                pairs.extend(tokens.details.map(|details| ("authorization_details", details.to_string())));
                '#'
            }
            ResponseKind::Code { challenge, in_fragment } => {
                let code = provider.state().codes.keep(grant, challenge, redirect_uri.clone())?;
                pairs.push(("code", code));
                if in_fragment { '#' } else { '?' }
            }
        };
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(Redirect::to(&format!("{redirect_uri}{joint}{}", form::encoded(&pairs)?)).into_response())
    }
}
