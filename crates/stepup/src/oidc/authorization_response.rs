//! The authorization response (OIDC Core 3.1.2.5, 3.2.2.5 and 3.2.2.6), taken apart and not yet believed.
//!
//! The implicit flow answers in the fragment. The code flow is asked to do so too, and answers in the query where a
//! provider passes over `response_mode`: that is its default (RFC 6749 4.1.2). Tokens are never taken from a query.

use alloc::{format, string::String, string::ToString, vec::Vec};

use crate::{
    config::{Config, Flow},
    domain::{AuthorizationCode, Problem, ReceivedAccessToken, Scopes},
    json::Json,
    oidc::{authorization_request::StateParameter, refusal},
    quoted::quoted,
};

/// No provider's answer is longer. Two tokens with generous claims take about 4 KiB.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;

/// The address with which the page was loaded, as far as it may hold an authorization response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageUrl {
    /// The path, with its slash.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// The fragment, without `#`.
    pub fragment: String,
}

/// An answer that can be looked into once its `state` is known to be ours.
#[derive(Debug, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// May it be somebody else's? It came to an address that is not for answers alone, and brings no token: without a
    /// record of its `state`, it is none.
    pub may_be_foreign: bool,
    /// Whose answer it claims to be.
    pub state: StateParameter,
    /// `iss` of RFC 9207, when it is there.
    pub iss: Option<String>,
    /// What was asked for, or an error.
    pub outcome: Result<AuthorizationSuccess, ProviderError>,
}

/// What a successful answer holds.
#[derive(Debug, PartialEq, Eq)]
pub enum AuthorizationSuccess {
    /// Tokens: the implicit flow.
    Tokens(ReceivedTokens),
    /// A code to be exchanged for them (RFC 6749 4.1.2).
    Code(AuthorizationCode),
}

/// Tokens as they came. Nothing in them has been checked.
#[derive(PartialEq, Eq)]
pub struct ReceivedTokens {
    /// The ID token, in compact form.
    pub id_token: String,
    /// The access token: opaque to a client.
    pub access_token: ReceivedAccessToken,
    /// Lifetime of the access token in seconds.
    pub expires_in: Option<i64>,
    /// What was granted, when the provider says so.
    pub scope: Option<Scopes>,
    /// What was granted in detail, when the provider says so (RFC 9396 7).
    pub(crate) details: Option<Json>,
}

redacted!(ReceivedTokens);

/// The provider says no (RFC 6749 4.2.2.1, OIDC Core 3.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// `error`
    pub code: String,
    /// `error_description`, for the developer; at most 300 characters.
    pub description: String,
}

/// An answer that cannot even be taken apart, or not be tied to a request of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// Longer than any honest answer.
    #[error("the answer has {0} bytes, more than the {MAX_RESPONSE_BYTES} that are read")]
    TooLong(usize),
    /// A parameter twice: two readers could take two different ones.
    #[error("the parameter `{0}` is there more than once")]
    Repeated(String),
    /// No `state`.
    #[error("the answer has no `state`")]
    NoState,
    /// An error that cannot be tied to a request: it is not believed, and nothing came of the request.
    #[error("the answer is the error {}, {}: it is not believed", quoted(.0), .1)]
    UnboundError(String, &'static str),
    /// Tokens in the query: they are in the logs of servers, and never taken.
    #[error("the answer has tokens in the query: they are taken from the fragment alone")]
    TokensInQuery,
    /// The implicit flow answers in the fragment.
    #[error("the answer is in the query: with `\"flow\": \"implicit\"` it is taken from the fragment alone")]
    InQuery,
    /// Two readers could take two different answers.
    #[error("there is an answer in the query and another in the fragment")]
    TwoAnswers,
    /// An error and tokens in one answer.
    #[error("the answer holds an error and tokens, or a code, at once")]
    ErrorWithTokens,
    /// Tokens where a code was asked for: they would not be bound to the request (RFC 9700 2.1.2).
    #[error("the answer holds tokens where a code was asked for")]
    TokensForCode,
    /// A required parameter is missing.
    #[error("the answer has no `{0}`")]
    Missing(&'static str),
    /// RFC 6750 is the only way in which Riser uses a token.
    #[error("`token_type` is {}: it should be Bearer", quoted(.0))]
    TokenType(String),
    /// RFC 6750 2.1: it has to fit into a header.
    #[error("`access_token` is empty, or holds other characters than visible ASCII")]
    AccessToken,
    /// Not a number of seconds.
    #[error("`expires_in` is {}: it should be a number of seconds, more than zero", quoted(.0))]
    ExpiresIn(String),
    /// No record for this `state`: never asked for, asked for in another tab, or used already.
    #[error(
        "no request of this tab has the `state` that came back: it was never sent, or its answer was used already"
    )]
    UnknownState,
    /// The record is older than ten minutes.
    #[error("the request is {0} seconds old: an answer is accepted for ten minutes")]
    Expired(i64),
    /// The stored record cannot be read.
    #[error("the stored record of the request cannot be read: {0}")]
    BrokenRecord(String),
    /// Somebody has logged out in this browser since the request was made.
    #[error("the request was made before a log-out in this browser")]
    LoggedOut,
    /// RFC 9207 2.4: the provider promised to name itself, and did not.
    #[error("the answer has no `iss`, and the provider's metadata promise one")]
    NoIssuer,
    /// RFC 9207: another provider answered.
    #[error("`iss` of the answer is {}, which is not the configured issuer", quoted(.0))]
    ForeignIssuer(String),
    /// Less than what was asked for.
    #[error("the provider granted {} where {} was needed", quoted(.granted), quoted(.needed))]
    ScopeTooSmall {
        /// What came.
        granted: String,
        /// What would have been enough.
        needed: String,
    },
    /// Not what the customer confirmed on our page; or nothing at all, where it was asked for (RFC 9396 7).
    #[error("`authorization_details` of the answer are not those of the transfer")]
    OtherDetails,
}

/// The authorization response in the address with which the page was loaded; `None` where there is none.
///
/// Somebody else's `code`, `state` or `error` (a newsletter's, an e-mail verification's) is no answer. At `redirect_uri`,
/// where that address has no other use, everything is.
#[must_use]
pub fn find(landing: &PageUrl, config: &Config) -> Option<Result<AuthorizationResponse, CallbackError>> {
    let (query, fragment) = (Parameters::read(&landing.query), Parameters::read(&landing.fragment));
    let redirect_path = config.redirect_uri.path();
    let at_redirect_uri = !redirect_path.is_empty() && landing.path.trim_end_matches('/') == redirect_path;
    let is_code = config.flow == Flow::Code;
    let outcome = match (fragment.is_response(), query.is_response()) {
        (false, false) => return None,
        (_, true) if query.has_tokens() => Err(CallbackError::TokensInQuery),
        (true, true) if is_code => Err(CallbackError::TwoAnswers),
        (false, true) if !is_code => Err(match query.get("error") {
            Some(error) => CallbackError::UnboundError(sanitize(error), "in the query of an implicit flow"),
            None => CallbackError::InQuery,
        }),
        (true, _) => parse(&landing.fragment, config.flow),
        (false, _) => parse(&landing.query, config.flow),
    };
    let may_be_foreign = !at_redirect_uri && !fragment.has_tokens();
    match outcome {
        Ok(response) => Some(Ok(AuthorizationResponse { may_be_foreign, ..response })),
        Err(_) if may_be_foreign => None,
        Err(error) => Some(Err(error)),
    }
}

struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn has_tokens(&self) -> bool {
        self.get("access_token").or(self.get("id_token")).is_some()
    }

    /// `state` alone is everybody's.
    fn is_response(&self) -> bool {
        self.has_tokens() || self.get("code").or(self.get("error")).is_some()
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }
}

/// Takes a form-encoded text (a fragment without `#`, a query without `?`) apart, as the answer to a request of that flow.
pub fn parse(text: &str, flow: Flow) -> Result<AuthorizationResponse, CallbackError> {
    if text.len() > MAX_RESPONSE_BYTES {
        return Err(CallbackError::TooLong(text.len()));
    }
    let mut parameters = Parameters::read(text);
    for (at, (name, _)) in parameters.0.iter().enumerate() {
        if parameters.0[..at].iter().any(|(known, _)| known == name) {
            return Err(CallbackError::Repeated(sanitize(name)));
        }
    }
    let brings_tokens = parameters.has_tokens();
    // In the implicit flow a `code` is one of the parameters that nobody asked for.
    let brings_code = flow == Flow::Code && parameters.get("code").is_some();
    let state = parameters.take("state").filter(|s| !s.is_empty()).map(StateParameter::returned);
    let (iss, error) = (parameters.take("iss"), parameters.take("error"));
    if error.is_some() && (brings_tokens || brings_code) {
        return Err(CallbackError::ErrorWithTokens);
    }
    let (state, error) = match (state, error) {
        (Some(state), error) => (state, error),
        (None, Some(error)) => return Err(CallbackError::UnboundError(sanitize(&error), "without `state`")),
        (None, None) => return Err(CallbackError::NoState),
    };
    let outcome = if let Some(error) = error {
        let description = parameters.take("error_description").unwrap_or_default();
        Err(ProviderError::new(&error, &description))
    } else {
        Ok(match flow {
            Flow::Implicit => {
                let details = parameters.take("authorization_details");
                // What is not JSON is nothing that was asked for.
                let details = details.map(|text| Json::parse(&text).unwrap_or(Json::Null));
                AuthorizationSuccess::Tokens(ReceivedTokens::read(|name| parameters.take(name), details)?)
            }
            Flow::Code if brings_tokens => return Err(CallbackError::TokensForCode),
            Flow::Code => {
                let code = parameters.take("code").filter(|code| !code.is_empty());
                AuthorizationSuccess::Code(AuthorizationCode::new(
                    code.ok_or(CallbackError::Missing("code"))?,
                ))
            }
        })
    };
    Ok(AuthorizationResponse { may_be_foreign: false, state, iss, outcome })
}

impl ReceivedTokens {
    /// From the parameters of an answer, in the fragment or of the token endpoint: they have the same names and the same
    /// rules (RFC 6749 4.2.2 and 5.1). A refresh token is not looked at, so it is never kept.
    pub(crate) fn read(
        mut take: impl FnMut(&str) -> Option<String>,
        details: Option<Json>,
    ) -> Result<Self, CallbackError> {
        let token_type = take("token_type").ok_or(CallbackError::Missing("token_type"))?;
        if !token_type.eq_ignore_ascii_case("bearer") {
            return Err(CallbackError::TokenType(sanitize(&token_type)));
        }
        let seconds = |text: String| {
            text.parse().ok().filter(|n| *n > 0).ok_or_else(|| CallbackError::ExpiresIn(sanitize(&text)))
        };
        Ok(Self {
            id_token: take("id_token").ok_or(CallbackError::Missing("id_token"))?,
            access_token: ReceivedAccessToken::new(
                take("access_token").ok_or(CallbackError::Missing("access_token"))?,
            )
            .ok_or(CallbackError::AccessToken)?,
            expires_in: take("expires_in").map(seconds).transpose()?,
            scope: take("scope").map(|text| Scopes::parse(&text)),
            details,
        })
    }
}

/// A stranger's text for an error message: one line, printable, at most 300 characters.
fn sanitize(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

impl CallbackError {
    /// For the page.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let code = match self {
            Self::UnknownState | Self::NoState | Self::BrokenRecord(_) => "callback.state_unknown",
            Self::UnboundError(..) => "callback.error_unbound",
            Self::Expired(_) => "callback.expired",
            Self::LoggedOut => "callback.logged_out",
            Self::ScopeTooSmall { .. } => "callback.scope_too_small",
            Self::OtherDetails => "callback.other_details",
            _ => "callback.refused",
        };
        Problem::new(code, self.to_string())
    }
}

impl ProviderError {
    pub(crate) fn new(code: &str, description: &str) -> Self {
        Self { code: sanitize(code), description: sanitize(description) }
    }

    /// For the page. Every code of the specifications has its own sentence.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let text = match self.code.as_str() {
            "access_denied" => "provider.access_denied",
            "login_required" => "provider.login_required",
            "consent_required" => "provider.consent_required",
            "interaction_required" => "provider.interaction_required",
            "unmet_authentication_requirements" => "provider.unmet_authentication_requirements",
            "temporarily_unavailable" => "provider.temporarily_unavailable",
            "server_error" => "provider.server_error",
            // RFC 9396 5: it does not take the transfer as we name it.
            "invalid_request" | "unsupported_response_type" | "invalid_authorization_details" => {
                "provider.request_refused"
            }
            "invalid_grant" => "provider.invalid_grant",
            "unauthorized_client" | "invalid_client" => "provider.client_refused",
            "invalid_scope" => "provider.invalid_scope",
            _ => "provider.refused",
        };
        let text = refusal::reason(&self.code, &self.description).unwrap_or(text);
        let minutes = refusal::minutes(&self.description);
        let cause = format!("the provider answered {}: {}", self.code, self.description);
        Problem { code: format!("provider.{}", self.code).into(), minutes, ..Problem::new(text, cause) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::english;

    const GOOD: &str = "access_token=AT&id_token=IT&token_type=bearer&expires_in=7200&scope=openid+view%3Abalance&state=S&other=1";

    /// Proves: response-malformed
    #[test]
    fn parses_valid_response() {
        let response = parse(GOOD, Flow::Implicit).ok().unwrap();
        assert_eq!(response.state.as_str(), "S");
        let Some(AuthorizationSuccess::Tokens(tokens)) = response.outcome.ok() else { panic!("no tokens") };
        assert_eq!((tokens.access_token.as_str(), tokens.id_token.as_str()), ("AT", "IT"));
        assert_eq!(tokens.expires_in, Some(7200));
        assert_eq!(tokens.scope, Some(Scopes::parse("openid view:balance")));
    }

    /// Proves: response-malformed
    #[test]
    fn refuses_each_fault_by_name() {
        for (fragment, expected) in [
            ("", CallbackError::NoState),
            ("state=", CallbackError::NoState),
            ("state=S&state=S", CallbackError::Repeated("state".into())),
            (&format!("{GOOD}&other=2"), CallbackError::Repeated("other".into())),
            (&format!("{GOOD}&error=access_denied"), CallbackError::ErrorWithTokens),
            (&GOOD.replace("bearer", "mac"), CallbackError::TokenType("mac".into())),
            (&GOOD.replace("token_type=bearer&", ""), CallbackError::Missing("token_type")),
            (&GOOD.replace("id_token=IT&", ""), CallbackError::Missing("id_token")),
            (&GOOD.replace("access_token=AT&", ""), CallbackError::Missing("access_token")),
            (&GOOD.replace("7200", "-1"), CallbackError::ExpiresIn("-1".into())),
            (&GOOD.replace("7200", "soon"), CallbackError::ExpiresIn("soon".into())),
            (
                &format!("{GOOD}&x={}", "y".repeat(MAX_RESPONSE_BYTES)),
                CallbackError::TooLong(MAX_RESPONSE_BYTES + 3 + GOOD.len()),
            ),
        ] {
            assert_eq!(parse(fragment, Flow::Implicit).err(), Some(expected), "{fragment:.80}");
        }
    }

    #[test]
    fn accepts_response_of_maximal_length() {
        let longest = format!("{GOOD}&x={}", "y".repeat(MAX_RESPONSE_BYTES - 3 - GOOD.len()));
        assert_eq!(longest.len(), MAX_RESPONSE_BYTES);
        assert!(parse(&longest, Flow::Implicit).is_ok());
    }

    #[test]
    fn parses_error_in_both_flows() {
        let denied = |fragment: &str, flow| parse(fragment, flow).ok().unwrap().outcome.err().unwrap().code;
        assert_eq!(denied("error=access_denied&state=S", Flow::Implicit), "access_denied");
        assert_eq!(denied("error=access_denied&state=S", Flow::Code), "access_denied");
        let unasked = "error=access_denied&state=S&code=C";
        assert_eq!(denied(unasked, Flow::Implicit), "access_denied", "nobody has asked for a code");
    }

    #[test]
    fn actionable_errors_have_own_message() {
        let codes = [
            CallbackError::NoState,
            CallbackError::Expired(601),
            CallbackError::LoggedOut,
            CallbackError::ScopeTooSmall { granted: String::new(), needed: "a".into() },
            CallbackError::NoIssuer,
        ]
        .map(|error| error.problem().code.into_owned());
        let expected = ["state_unknown", "expired", "logged_out", "scope_too_small", "refused"];
        assert_eq!(codes, expected.map(|code| format!("callback.{code}")));
    }

    #[test]
    fn code_flow_response_has_code_and_no_token() {
        let response = parse("code=C&state=S&iss=I", Flow::Code).ok().unwrap();
        assert_eq!((response.state.as_str(), response.iss.as_deref()), ("S", Some("I")));
        let Ok(AuthorizationSuccess::Code(code)) = response.outcome else { panic!("no code") };
        assert_eq!(code.into_text(), "C");
        for (fragment, expected) in [
            (GOOD, CallbackError::TokensForCode),
            ("code=C&state=S&access_token=AT", CallbackError::TokensForCode),
            ("code=C&state=S&id_token=IT", CallbackError::TokensForCode),
            ("code=C&state=S&error=server_error", CallbackError::ErrorWithTokens),
            ("code=C&code=D&state=S", CallbackError::Repeated("code".into())),
            ("code=&state=S", CallbackError::Missing("code")),
            ("state=S", CallbackError::Missing("code")),
            ("code=C", CallbackError::NoState),
        ] {
            assert_eq!(parse(fragment, Flow::Code).err(), Some(expected), "{fragment:.80}");
        }
        let implicit = parse("code=C&state=S", Flow::Implicit).err();
        assert_eq!(implicit, Some(CallbackError::Missing("token_type")), "a code where none was asked for");
    }

    /// Proves: error-sentences
    #[test]
    fn each_error_code_has_a_message() {
        let codes = [
            "access_denied",
            "login_required",
            "consent_required",
            "interaction_required",
            "unmet_authentication_requirements",
            "temporarily_unavailable",
            "server_error",
            "invalid_request",
            "unauthorized_client",
            "invalid_scope",
            "invalid_grant",
            "never_heard_of",
        ];
        let headlines: std::collections::BTreeSet<_> = codes
            .iter()
            .map(|code| {
                let fragment = format!("error={code}&error_description=a%0Ab&state=S");
                let error = parse(&fragment, Flow::Implicit).ok().unwrap().outcome.err().unwrap();
                assert_eq!(error.description, "ab", "control characters are left out");
                let problem = error.problem();
                assert!(english::sentence(problem.sentence).contains("No money was moved."), "{code}");
                english::headline(problem.headline)
            })
            .collect();
        assert_eq!(headlines.len(), codes.len());
    }

    proptest::proptest! {
        #[test]
        fn never_panics_on_fragment(fragment in "\\PC{0,200}") {
            let _ = parse(&fragment, Flow::Implicit);
            let _ = parse(&fragment, Flow::Code);
        }
    }
}
