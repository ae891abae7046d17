//! The provider's metadata (OpenID Connect Discovery 1.0): where its endpoints are.

use url::Url;

use crate::{config, json::Object};

/// The endpoints that Riser uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the browser is sent to log in.
    pub authorization_endpoint: Url,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// Where the browser is sent to log out, when the provider has such a place.
    pub end_session_endpoint: Option<Url>,
}

/// Metadata that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// Not JSON, or a required member is missing.
    #[error("the provider's metadata cannot be read: {0}")]
    NotMetadata(String),
    /// Discovery 4.3: the issuer must be the very one that was asked.
    #[error(
        "the metadata is that of {found:?}; the configured issuer is {expected:?}. They must be equal to the letter"
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

/// Where the metadata of an issuer is (Discovery 4.1).
#[must_use]
pub fn url(issuer: &str) -> Option<Url> {
    Url::parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).ok()
}

/// Reads the metadata of `issuer`.
pub fn parse(text: &str, issuer: &str) -> Result<Endpoints, DiscoveryError> {
    let metadata = Object::parse(text).map_err(DiscoveryError::NotMetadata)?;
    let found =
        metadata.text("issuer").ok_or_else(|| DiscoveryError::NotMetadata("it has no `issuer`".into()))?;
    if found != issuer {
        let found = found.chars().take(200).collect();
        return Err(DiscoveryError::Issuer { found, expected: issuer.to_owned() });
    }
    let endpoint = |name| {
        let url = metadata.text(name).and_then(|text| config::trustworthy_url(&text));
        url.ok_or(DiscoveryError::Endpoint(name))
    };
    let end_session = metadata.get("end_session_endpoint").map(|_| endpoint("end_session_endpoint"));
    Ok(Endpoints {
        authorization_endpoint: endpoint("authorization_endpoint")?,
        jwks_uri: endpoint("jwks_uri")?,
        end_session_endpoint: end_session.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"issuer":"https://id.example/","authorization_endpoint":"https://id.example/authorize",
        "jwks_uri":"https://id.example/keys","token_endpoint":"https://id.example/token"}"#;

    #[test]
    fn the_issuer_is_compared_to_the_letter() {
        assert!(parse(GOOD, "https://id.example/").is_ok());
        for other in ["https://id.example", "https://ID.example/", "https://evil.example/"] {
            assert!(matches!(parse(GOOD, other), Err(DiscoveryError::Issuer { .. })), "{other}");
        }
    }

    #[test]
    fn endpoints_are_secure_or_refused() {
        for (from, to, name) in [
            ("https://id.example/authorize", "http://id.example/authorize", "authorization_endpoint"),
            ("https://id.example/authorize", "javascript:alert(1)", "authorization_endpoint"),
            ("https://id.example/keys", "/keys", "jwks_uri"),
        ] {
            let text = GOOD.replace(from, to);
            assert_eq!(parse(&text, "https://id.example/"), Err(DiscoveryError::Endpoint(name)));
        }
        assert!(matches!(parse("{}", "https://id.example/"), Err(DiscoveryError::NotMetadata(_))));
    }

    #[test]
    fn metadata_is_where_the_specification_says() {
        for issuer in ["https://id.example/", "https://id.example"] {
            assert_eq!(url(issuer).unwrap().as_str(), "https://id.example/.well-known/openid-configuration");
        }
        assert_eq!(url("https://id.example/t/1").unwrap().path(), "/t/1/.well-known/openid-configuration");
    }
}
