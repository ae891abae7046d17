//! The log-out request (OIDC RP-Initiated Logout 1.0, 2).

use alloc::{string::String, vec};
use serde::Serialize;

use crate::{
    config::{Config, LogOut},
    domain::{CompactIdToken, WebUrl},
    http::FormText,
};

/// What names the session of the provider in a log-out request (OIDC RP-Initiated Logout 1.0, 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LogoutHints {
    /// The ID token of the log-in. It was verified when it came, and only the provider reads it again.
    pub id_token_hint: CompactIdToken,
    /// Its `sid`, where it has one.
    pub logout_hint: Option<String>,
}

/// Where the browser goes so that the provider ends its session, and the form to submit there, when it is to be one.
///
/// Most providers end a session at once only when `id_token_hint` names it, and ask the customer, or keep the session,
/// without it. A token has no business in an address, so the request is a form.
pub(crate) fn request(
    endpoint: &WebUrl,
    config: &Config,
    hints: Option<&LogoutHints>,
) -> (WebUrl, Option<FormText>) {
    let mut parameters =
        vec![("client_id", config.client_id.as_str()), ("post_logout_redirect_uri", config.home.as_str())];
    if let Some(logout_hint) = hints.and_then(|hints| hints.logout_hint.as_deref()) {
        parameters.push(("logout_hint", logout_hint));
    }
    // The page's `form-action` names the issuer and what the configuration pins: a form to anywhere else goes nowhere.
    let is_named = endpoint.has_origin_of(&config.metadata) || config.pins.end_session_endpoint.is_some();
    match config.log_out {
        LogOut::Post if is_named => {
            parameters.extend(hints.map(|hints| ("id_token_hint", hints.id_token_hint.as_str())));
            (endpoint.clone(), Some(FormText::encode(&parameters)))
        }
        _ => (endpoint.with_query(&parameters), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::web_url::parse_with_url_crate;

    fn sent(log_out: &str, logout_hint: Option<&str>) -> (String, Option<String>) {
        let config = format!(
            r#"{{"issuer":"https://id.example/","client_id":"my client","audience":"https://my-banking-api"{log_out}}}"#
        );
        let config = Config::parse(&config, "https://bank.example", parse_with_url_crate).unwrap();
        let endpoint = WebUrl::parse("https://id.example/oidc/logout", parse_with_url_crate).unwrap();
        let id_token_hint = CompactIdToken::new("a.b.c".into());
        let hints = LogoutHints { id_token_hint, logout_hint: logout_hint.map(str::to_owned) };
        let (url, form) = request(&endpoint, &config, Some(&hints));
        (url.as_str().to_owned(), form.map(FormText::into_text))
    }

    const PARAMETERS: &str = "client_id=my+client&post_logout_redirect_uri=https%3A%2F%2Fbank.example%2F";

    /// Proves: provider-log-out
    #[test]
    fn form_has_hint_and_address_has_not() {
        let (url, form) = sent("", Some("s-1"));
        assert_eq!(url, "https://id.example/oidc/logout");
        assert_eq!(form, Some(format!("{PARAMETERS}&logout_hint=s-1&id_token_hint=a.b.c")));
        assert_eq!(sent("", None).1, Some(format!("{PARAMETERS}&id_token_hint=a.b.c")));
    }

    /// Proves: provider-log-out
    #[test]
    fn unlisted_endpoint_gets_no_form() {
        let other = |pin: &str| {
            let config = format!(r#"{{"issuer":"https://id.example/","client_id":"c","audience":"a"{pin}}}"#);
            let config = Config::parse(&config, "https://bank.example", parse_with_url_crate).unwrap();
            let endpoint = WebUrl::parse("https://log-out.example/", parse_with_url_crate).unwrap();
            request(&endpoint, &config, None).1.is_some()
        };
        assert!(!other(""), "`form-action` does not name it");
        assert!(other(r#","end_session_endpoint":"https://log-out.example/""#));
    }

    #[test]
    fn address_has_no_token() {
        let (url, form) = sent(r#","log_out":"get""#, None);
        assert_eq!(url, format!("https://id.example/oidc/logout?{}", PARAMETERS.replace('+', "%20")));
        assert_eq!(form, None);
    }
}
