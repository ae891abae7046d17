//! The authentication request (OIDC Core 3.1.2.1 and 3.2.2.1): builds the address that the browser is sent to.

use alloc::string::ToString;

use crate::{
    config::{Config, Flow},
    domain::WebUrl,
    oidc::authorization_request::{AuthorizationRequest, StateParameter},
};

/// The address of the authentication request whose answer `request` will be needed for, with pages in these languages. Where the request says so, it names the
/// transfer (`authorization_details`, RFC 9396 3).
///
/// In the code flow the answer is asked for in the fragment too (`response_mode`, OAuth 2.0 Multiple Response Type
/// Encoding Practices 2.1): browsers do not send a fragment, so the code is in no server's log, and one script cleans the
/// address for both flows.
#[must_use]
pub(crate) fn build(
    endpoint: &WebUrl,
    config: &Config,
    state: &StateParameter,
    request: &AuthorizationRequest,
    ui_locales: &str,
) -> WebUrl {
    let (scopes, nonce, challenge) =
        (request.scopes.to_string(), request.nonce(), request.verifier.challenge());
    let response_type = match config.flow {
        Flow::Implicit => "id_token token",
        Flow::Code => "code",
    };
    let mut parameters = config.api_parameters.named();
    parameters.extend([
        ("scope", scopes.as_str()),
        ("response_type", response_type),
        ("client_id", &config.client_id),
        ("redirect_uri", config.redirect_uri.as_str()),
        ("nonce", &nonce),
        ("state", state.as_str()),
        ("ui_locales", ui_locales),
    ]);
    if config.flow == Flow::Code {
        parameters.extend([
            ("response_mode", "fragment"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
    }
    if let Some(acr_values) = &request.requirement.acr_values {
        parameters.push(("acr_values", acr_values));
    }
    let max_age = request.requirement.max_age.map(|seconds| seconds.to_string());
    if let Some(max_age) = &max_age {
        parameters.push(("max_age", max_age));
    }
    let details = request.authorization_details();
    if let Some(details) = &details {
        parameters.push(("authorization_details", details));
    }
    endpoint.with_query(&parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{AuthenticationRequirement, LogoutCount, Scopes, Timestamp, web_url::parse_with_url_crate},
        oidc::{
            authorization_request::{NonceSalt, Purpose},
            pkce::CodeVerifier,
        },
    };

    fn config(flow: &str) -> Config {
        let text = format!(
            r#"{{"issuer":"https://id.example/","client_id":"my client","audience":"https://my-banking-api",
                "flow":"{flow}"}}"#
        );
        Config::parse(&text, "https://bank.example", parse_with_url_crate).unwrap()
    }

    fn request(requirement: AuthenticationRequirement) -> AuthorizationRequest {
        AuthorizationRequest {
            created_at: Timestamp(0),
            scopes: Scopes::parse("openid view:balance transfer:funds"),
            requirement,
            // The example of RFC 7636, appendix B.
            verifier: CodeVerifier::read("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into()),
            salt: NonceSalt::new([0; 32]),
            log_outs: LogoutCount::default(),
            purpose: Purpose::LogIn,
        }
    }

    fn parameters(flow: &str, requirement: AuthenticationRequirement) -> Vec<String> {
        let endpoint = WebUrl::parse("https://id.example/authorize?tenant=1", parse_with_url_crate).unwrap();
        let url =
            build(&endpoint, &config(flow), &StateParameter::new([0; 32]), &request(requirement), "de de-AT");
        assert!(!url.as_str().contains('+'), "{url:?}");
        let url = url::Url::parse(url.as_str()).unwrap();
        url.query_pairs().map(|(k, v)| format!("{k}={v}")).collect()
    }

    fn expected(response_type: &str, requirement: AuthenticationRequirement) -> Vec<String> {
        [
            "tenant=1",
            "audience=https://my-banking-api",
            "scope=openid view:balance transfer:funds",
            &format!("response_type={response_type}"),
            "client_id=my client",
            "redirect_uri=https://bank.example/callback",
            &format!("nonce={}", request(requirement).nonce()),
            "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "ui_locales=de de-AT",
        ]
        .map(str::to_owned)
        .into()
    }

    /// Proves: language-of-page, request-nonce-and-state
    #[test]
    fn implicit_flow_has_exact_parameters() {
        assert_eq!(
            parameters("implicit", AuthenticationRequirement::default()),
            expected("id_token token", AuthenticationRequirement::default())
        );
    }

    /// Proves: pkce-verifier
    #[test]
    fn code_flow_sends_challenge_not_verifier() {
        let mut all = expected("code", AuthenticationRequirement::default());
        all.extend(
            [
                "response_mode=fragment",
                "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method=S256",
            ]
            .map(str::to_owned),
        );
        assert_eq!(parameters("code", AuthenticationRequirement::default()), all);
    }

    #[test]
    fn passes_on_acr_values_and_max_age() {
        let requirement =
            AuthenticationRequirement { max_age: Some(300), ..AuthenticationRequirement::second_factor() };
        let all = parameters("implicit", requirement);
        assert_eq!(
            all[9..],
            ["acr_values=http://schemas.openid.net/pape/policies/2007/06/multi-factor", "max_age=300"]
        );
    }
}
