//! The provider's metadata (OpenID Connect Discovery 1.0): where its endpoints are.

use alloc::{borrow::ToOwned, string::String};

use crate::{
    domain::{ParseUrl, WebUrl},
    json::{Json, Object},
    oidc::authorization_request::PAYMENT_INITIATION,
    quoted::quoted,
};

/// The endpoints that Riser uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderMetadata {
    /// Where the browser is sent to log in.
    pub authorization_endpoint: WebUrl,
    /// Where a code is exchanged for tokens, when the provider has the code flow.
    pub token_endpoint: Option<WebUrl>,
    /// Where the keys are.
    pub jwks_uri: WebUrl,
    /// Where the browser is sent to log out, when the provider has such a place.
    pub end_session_endpoint: Option<WebUrl>,
    /// Where the claims of a token's customer are, when the provider has such a place.
    pub userinfo_endpoint: Option<WebUrl>,
    /// Does it know the type of authorization details that a transfer is (RFC 9396 10)?
    pub authorization_details: bool,
    /// Does the provider name itself in each of its answers (RFC 9207 3)?
    pub sends_iss: bool,
}

/// Metadata that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// Not JSON, or a required member is missing.
    #[error("the provider's metadata cannot be read: {0}")]
    NotMetadata(String),
    /// Discovery 4.3: the issuer must be the very one that was asked.
    #[error(
        "the metadata is that of {}; the configured issuer is {}. They must be equal to the letter",
        quoted(.found), quoted(.expected)
    )]
    Issuer {
        /// Whose metadata it is.
        found: String,
        /// Who was asked.
        expected: String,
    },
    /// An endpoint that tokens must not travel to.
    #[error("`{0}` is not an https URL")]
    Endpoint(&'static str),
}

/// Reads the metadata of `issuer`; `parse` reads the URLs in it.
pub fn parse(text: &str, issuer: &str, parse: ParseUrl) -> Result<ProviderMetadata, DiscoveryError> {
    let metadata = Object::parse(text).map_err(DiscoveryError::NotMetadata)?;
    let found =
        metadata.text("issuer").ok_or_else(|| DiscoveryError::NotMetadata("it has no `issuer`".into()))?;
    if found != issuer {
        let found = found.chars().take(200).collect();
        return Err(DiscoveryError::Issuer { found, expected: issuer.to_owned() });
    }
    let endpoint = |name| {
        let url = metadata.text(name).and_then(|text| WebUrl::trustworthy(&text, parse));
        url.ok_or(DiscoveryError::Endpoint(name))
    };
    // One that cannot be used counts as absent: whatever needs it says so, and the rest goes on.
    let optional = |name| endpoint(name).ok();
    Ok(ProviderMetadata {
        authorization_endpoint: endpoint("authorization_endpoint")?,
        token_endpoint: optional("token_endpoint"),
        jwks_uri: endpoint("jwks_uri")?,
        end_session_endpoint: optional("end_session_endpoint"),
        userinfo_endpoint: optional("userinfo_endpoint"),
        authorization_details: metadata
            .list("authorization_details_types_supported")
            .is_some_and(|types| types.iter().any(|it| it.as_text() == Some(PAYMENT_INITIATION))),
        sends_iss: metadata.get("authorization_response_iss_parameter_supported") == Some(&Json::Bool(true)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::web_url::parse_with_url_crate;

    const GOOD: &str = r#"{"issuer":"https://id.example/","authorization_endpoint":"https://id.example/authorize",
        "jwks_uri":"https://id.example/keys","token_endpoint":"https://id.example/token"}"#;

    fn read(text: &str, issuer: &str) -> Result<ProviderMetadata, DiscoveryError> {
        parse(text, issuer, parse_with_url_crate)
    }

    /// Proves: discovery-issuer
    #[test]
    fn issuer_is_compared_exactly() {
        assert!(read(GOOD, "https://id.example/").is_ok());
        for other in ["https://id.example", "https://ID.example/", "https://evil.example/"] {
            assert!(matches!(read(GOOD, other), Err(DiscoveryError::Issuer { .. })), "{other}");
        }
    }

    #[test]
    fn payment_initiation_must_be_listed() {
        for (types, listed) in [
            (r#"["payment_initiation"]"#, true),
            (r#"["account_information","payment_initiation"]"#, true),
            (r#"["account_information"]"#, false),
            ("[]", false),
            (r#""payment_initiation""#, false),
            ("true", false),
        ] {
            let text =
                GOOD.replacen('{', &format!(r#"{{"authorization_details_types_supported":{types},"#), 1);
            assert_eq!(read(&text, "https://id.example/").unwrap().authorization_details, listed, "{types}");
        }
        assert!(!read(GOOD, "https://id.example/").unwrap().authorization_details);
    }

    /// Proves: provider-optional-metadata
    #[test]
    fn invalid_optional_endpoints_are_absent() {
        for url in ["", "http://id.example/x", "/x", "javascript:alert(1)"] {
            let text = GOOD.replace("https://id.example/token", url);
            let text = text.replacen('{', &format!(r#"{{"end_session_endpoint":"{url}","#), 1);
            let endpoints = read(&text, "https://id.example/").unwrap();
            assert_eq!((endpoints.token_endpoint, endpoints.end_session_endpoint), (None, None), "{url}");
        }
    }

    /// Proves: discovery-issuer
    #[test]
    fn refuses_insecure_endpoints() {
        for (from, to, name) in [
            ("https://id.example/authorize", "http://id.example/authorize", "authorization_endpoint"),
            ("https://id.example/authorize", "javascript:alert(1)", "authorization_endpoint"),
            ("https://id.example/keys", "/keys", "jwks_uri"),
        ] {
            let text = GOOD.replace(from, to);
            assert_eq!(read(&text, "https://id.example/"), Err(DiscoveryError::Endpoint(name)));
        }
        assert!(matches!(read("{}", "https://id.example/"), Err(DiscoveryError::NotMetadata(_))));
    }
}
