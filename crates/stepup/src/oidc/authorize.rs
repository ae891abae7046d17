//! The authentication request (OIDC Core 3.1.2.1 and 3.2.2.1): builds the address that the browser is sent to.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

use crate::{
    config::{Config, Flow},
    record::Record,
    web_url::WebUrl,
};

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

/// The address of the authentication request whose answer `record` will be needed for. Where the record says so, it names the
/// transfer (`authorization_details`, RFC 9396 3).
///
/// In the code flow the answer is asked for in the fragment too (`response_mode`, OAuth 2.0 Multiple Response Type
/// Encoding Practices 2.1): browsers do not send a fragment, so the code is in no server's log, and one script cleans the
/// address for both flows.
#[must_use]
pub fn url(endpoint: &WebUrl, config: &Config, state: &State, record: &Record) -> WebUrl {
    let (scopes, nonce, challenge) = (record.scopes.to_string(), record.nonce(), record.verifier.challenge());
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
    ]);
    if config.flow == Flow::Code {
        parameters.extend([
            ("response_mode", "fragment"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
    }
    if let Some(acr_values) = &record.demand.acr_values {
        parameters.push(("acr_values", acr_values));
    }
    let max_age = record.demand.max_age.map(|seconds| seconds.to_string());
    if let Some(max_age) = &max_age {
        parameters.push(("max_age", max_age));
    }
    let details = record.authorization_details();
    if let Some(details) = &details {
        parameters.push(("authorization_details", details));
    }
    endpoint.with_query(&parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        demand::Demand,
        oidc::pkce::Verifier,
        record::{LogOuts, Purpose},
        time::Timestamp,
        tokens::Scopes,
        transfer::Salt,
        web_url::parse_for_tests,
    };

    fn config(flow: &str) -> Config {
        let text = format!(
            r#"{{"issuer":"https://id.example/","client_id":"my client","audience":"https://my-banking-api",
                "flow":"{flow}"}}"#
        );
        Config::parse(&text, "https://bank.example", parse_for_tests).unwrap()
    }

    fn record(demand: Demand) -> Record {
        Record {
            created_at: Timestamp(0),
            scopes: Scopes::parse("openid view:balance transfer:funds"),
            demand,
            // The example of RFC 7636, appendix B.
            verifier: Verifier::read("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into()),
            salt: Salt::new([0; 32]),
            log_outs: LogOuts::default(),
            purpose: Purpose::LogIn,
        }
    }

    fn parameters(flow: &str, demand: Demand) -> Vec<String> {
        let endpoint = WebUrl::parse("https://id.example/authorize?tenant=1", parse_for_tests).unwrap();
        let url = url(&endpoint, &config(flow), &State::new([0; 32]), &record(demand));
        assert!(!url.as_str().contains('+'), "{url:?}");
        let url = url::Url::parse(url.as_str()).unwrap();
        url.query_pairs().map(|(k, v)| format!("{k}={v}")).collect()
    }

    fn expected(response_type: &str, demand: Demand) -> Vec<String> {
        [
            "tenant=1",
            "audience=https://my-banking-api",
            "scope=openid view:balance transfer:funds",
            &format!("response_type={response_type}"),
            "client_id=my client",
            "redirect_uri=https://bank.example/callback",
            &format!("nonce={}", record(demand).nonce()),
            "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ]
        .map(str::to_owned)
        .into()
    }

    /// Proves: request-nonce-and-state
    #[test]
    fn the_request_has_exactly_the_parameters_of_the_implicit_flow() {
        assert_eq!(parameters("implicit", Demand::default()), expected("id_token token", Demand::default()));
    }

    /// Proves: pkce-verifier
    #[test]
    fn the_request_of_the_code_flow_carries_the_challenge_and_not_the_verifier() {
        let mut all = expected("code", Demand::default());
        all.extend(
            [
                "response_mode=fragment",
                "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method=S256",
            ]
            .map(str::to_owned),
        );
        assert_eq!(parameters("code", Demand::default()), all);
    }

    #[test]
    fn what_is_demanded_is_passed_on() {
        let demand = Demand { max_age: Some(300), ..Demand::second_factor() };
        let all = parameters("implicit", demand);
        assert_eq!(
            all[8..],
            ["acr_values=http://schemas.openid.net/pape/policies/2007/06/multi-factor", "max_age=300"]
        );
    }
}
