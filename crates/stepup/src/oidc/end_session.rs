//! The log-out request (OIDC RP-Initiated Logout 1.0, 2).

use crate::{
    config::{Config, LogOut},
    effect::{Effect, FormText},
    record::LogOutHints,
    web_url::WebUrl,
};

/// Leaves for the provider, which ends its session and sends the browser back to this page.
///
/// Most providers end a session at once only when `id_token_hint` names it, and ask the customer, or keep the session,
/// without it. A token has no business in an address, so the request is a form.
pub(crate) fn request(endpoint: &WebUrl, config: &Config, hints: Option<&LogOutHints>) -> Effect {
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
            Effect::Submit(endpoint.clone(), FormText::encode(&parameters))
        }
        _ => Effect::Navigate(endpoint.with_query(&parameters)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tokens::CompactIdToken, web_url::parse_for_tests};

    fn sent(log_out: &str, logout_hint: Option<&str>) -> (String, Option<String>) {
        let config = format!(
            r#"{{"issuer":"https://id.example/","client_id":"my client","audience":"https://my-banking-api"{log_out}}}"#
        );
        let config = Config::parse(&config, "https://bank.example", parse_for_tests).unwrap();
        let endpoint = WebUrl::parse("https://id.example/oidc/logout", parse_for_tests).unwrap();
        let id_token_hint = CompactIdToken::new("a.b.c".into());
        let hints = LogOutHints { id_token_hint, logout_hint: logout_hint.map(str::to_owned) };
        match request(&endpoint, &config, Some(&hints)) {
            Effect::Navigate(url) => (url.as_str().to_owned(), None),
            Effect::Submit(url, form) => (url.as_str().to_owned(), Some(form.into_text())),
            other => panic!("{other:?}"),
        }
    }

    const PARAMETERS: &str = "client_id=my+client&post_logout_redirect_uri=https%3A%2F%2Fbank.example%2F";

    /// Proves: provider-log-out
    #[test]
    fn form_has_the_hint_and_the_address_has_not() {
        let (url, form) = sent("", Some("s-1"));
        assert_eq!(url, "https://id.example/oidc/logout");
        assert_eq!(form, Some(format!("{PARAMETERS}&logout_hint=s-1&id_token_hint=a.b.c")));
        assert_eq!(sent("", None).1, Some(format!("{PARAMETERS}&id_token_hint=a.b.c")));
    }

    /// Proves: provider-log-out
    #[test]
    fn endpoint_that_the_page_may_not_submit_to_is_an_address() {
        let other = |pin: &str| {
            let config = format!(r#"{{"issuer":"https://id.example/","client_id":"c","audience":"a"{pin}}}"#);
            let config = Config::parse(&config, "https://bank.example", parse_for_tests).unwrap();
            let endpoint = WebUrl::parse("https://log-out.example/", parse_for_tests).unwrap();
            matches!(request(&endpoint, &config, None), Effect::Submit(..))
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
