//! The authentication request (OIDC Core 3.2.2.1): builds the address that the browser is sent to.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

use crate::{config::Config, tokens::Scopes, web_url::WebUrl};

/// The `state` of one request: 256 random bits, and the name under which the request's record is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct State(String);

impl State {
    /// A fresh one.
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// One that came back. It may be anything that a stranger wrote; it is only ever looked up.
    pub(crate) fn returned(text: String) -> Self {
        Self(text)
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of the authentication request, with the parameters of the implicit flow.
#[must_use]
pub fn url(endpoint: &WebUrl, config: &Config, scopes: &Scopes, state: &State, nonce: &str) -> WebUrl {
    endpoint.with_query(&[
        ("audience", &config.audience),
        ("scope", &scopes.to_string()),
        ("response_type", "id_token token"),
        ("client_id", &config.client_id),
        ("redirect_uri", config.redirect_uri.as_str()),
        ("nonce", nonce),
        ("state", state.as_str()),
    ])
}

/// The address that ends the provider's session (OIDC RP-Initiated Logout 2). It names the client instead of carrying
/// an ID token as a hint: a token has no business in an address.
#[must_use]
pub fn end_session_url(endpoint: &WebUrl, config: &Config) -> WebUrl {
    endpoint
        .with_query(&[("client_id", &config.client_id), ("post_logout_redirect_uri", config.home.as_str())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web_url::parse_for_tests;

    fn config() -> Config {
        let text =
            r#"{"issuer":"https://id.example/","client_id":"my client","audience":"https://my-banking-api"}"#;
        Config::parse(text, "https://bank.example", parse_for_tests).unwrap()
    }

    #[test]
    fn the_request_has_exactly_the_parameters_of_the_implicit_flow() {
        let endpoint = WebUrl::parse("https://id.example/authorize?tenant=1", parse_for_tests).unwrap();
        let scopes = Scopes::parse("openid view:balance transfer:funds");
        let url = url(&endpoint, &config(), &scopes, &State::new([0; 32]), "the nonce");
        let url = url::Url::parse(url.as_str()).unwrap();
        let pairs: Vec<_> = url.query_pairs().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            pairs,
            [
                "tenant=1",
                "audience=https://my-banking-api",
                "scope=openid view:balance transfer:funds",
                "response_type=id_token token",
                "client_id=my client",
                "redirect_uri=https://bank.example/callback",
                "nonce=the nonce",
                "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ]
        );
        assert!(!url.as_str().contains('+'), "{url}");
    }

    #[test]
    fn a_log_out_names_the_client_and_carries_no_token() {
        let endpoint = WebUrl::parse("https://id.example/oidc/logout", parse_for_tests).unwrap();
        assert_eq!(
            end_session_url(&endpoint, &config()).as_str(),
            "https://id.example/oidc/logout?client_id=my%20client&post_logout_redirect_uri=https%3A%2F%2Fbank.example%2F"
        );
    }
}
