//! A signed token in compact form (RFC 7515), taken apart as strictly as the specification allows.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use base64ct::{Base64UrlUnpadded, Encoding};

use crate::{
    json::{Json, Object},
    quoted::quoted,
};

/// A token whose signature nobody has checked: its header may be used to choose a key, its payload for nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedJws {
    signed: String,
    signature: Vec<u8>,
    payload: Vec<u8>,
    kid: Option<String>,
}

/// The payload of a token whose signature was right. Only this can become claims.
pub(crate) struct SignedPayload(Vec<u8>);

/// Why a text is not a token that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three non-empty parts with dots between.
    #[error("it has {0} parts: a signed token has three, none of them empty")]
    Parts(usize),
    #[error("its {0} is not base64url without padding")]
    Encoding(&'static str),
    /// The header is no JSON object, or has a member twice.
    #[error("its header cannot be read: {0}")]
    Header(String),
    /// Chosen by us, never by the token.
    #[error("it is signed with {}: only RS256 is accepted", quoted(.0))]
    Algorithm(String),
    /// An extension that must be understood, and is not (RFC 7515 4.1.11).
    #[error("its header has `{0}`, which is not accepted")]
    Extension(&'static str),
}

impl UnverifiedJws {
    /// Takes a token apart.
    pub fn parse(token: &str) -> Result<Self, JwsError> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else { return Err(JwsError::Parts(parts.len())) };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(JwsError::Parts(parts.iter().filter(|part| !part.is_empty()).count()));
        }
        let decode =
            |part: &str, name| Base64UrlUnpadded::decode_vec(part).map_err(|_| JwsError::Encoding(name));
        let decoded_header = decode(header, "header")?;
        let payload = decode(payload, "payload")?;
        let signature = decode(signature, "signature")?;
        // `jku`, `jwk`, `x5u` and `x5c` are not looked at: a key that a token brings along proves nothing.
        let header = Object::parse_bytes(&decoded_header).map_err(JwsError::Header)?;
        let text = |name| header.typed(name, Json::to_text).map_err(JwsError::Header);
        let alg = text("alg")?.ok_or_else(|| JwsError::Header("it has no `alg`".into()))?;
        if alg != "RS256" {
            return Err(JwsError::Algorithm(alg.chars().take(20).collect()));
        }
        for name in ["crit", "b64"] {
            if header.members().iter().any(|(known, _)| known == name) {
                return Err(JwsError::Extension(name));
            }
        }
        let kid = text("kid")?;
        let signed = token[..token.rfind('.').unwrap_or_default()].to_owned();
        Ok(Self { signed, signature, payload, kid })
    }

    /// The key that the token says it was signed with.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What was signed: header and payload as they were sent (RFC 7515 5.1).
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The payload, once the signature was found right.
    pub(crate) fn into_signed(self) -> SignedPayload {
        SignedPayload(self.payload)
    }
}

impl SignedPayload {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// For the tests of the claims, which are about everything but the signature.
    #[cfg(test)]
    pub(crate) fn assumed(payload: &str) -> Self {
        Self(payload.as_bytes().to_vec())
    }
}

impl core::fmt::Debug for UnverifiedJws {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "UnverifiedJws(kid: {:?}, …)", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        format!(
            "{}.{}.c2ln",
            Base64UrlUnpadded::encode_string(header.as_bytes()),
            Base64UrlUnpadded::encode_string(b"{}")
        )
    }

    #[test]
    fn debug_is_redacted() {
        let token = UnverifiedJws {
            signed: "secret.secret".into(),
            signature: vec![1],
            payload: b"secret".to_vec(),
            kid: Some("1".into()),
        };
        let shown = format!("{token:?}");
        assert!(shown.contains("UnverifiedJws") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn parses_valid_token() {
        let text = token(r#"{"alg":"RS256","kid":"1","typ":"JWT","jku":"https://evil.example"}"#);
        let jws = UnverifiedJws::parse(&text).unwrap();
        assert_eq!(jws.kid(), Some("1"));
        assert_eq!(jws.signing_input(), text.rsplit_once('.').unwrap().0.as_bytes());
        assert_eq!(jws.signature(), b"sig");
        assert!(!format!("{jws:?}").contains(&text[10..20]));
    }

    /// Proves: jws-form
    #[test]
    fn refuses_each_malformed_token_by_name() {
        let good = token(r#"{"alg":"RS256"}"#);
        for (name, text, expected) in [
            ("empty", String::new(), JwsError::Parts(1)),
            ("two parts", "e30.e30".into(), JwsError::Parts(2)),
            ("five parts", "a.b.c.d.e".into(), JwsError::Parts(5)),
            ("no signature", good.replace("c2ln", ""), JwsError::Parts(2)),
            ("padding", format!("{good}=="), JwsError::Encoding("signature")),
            ("standard alphabet", good.replace("c2ln", "a+/b"), JwsError::Encoding("signature")),
            ("blank", format!(" {good}"), JwsError::Encoding("header")),
            ("alg none", token(r#"{"alg":"none"}"#), JwsError::Algorithm("none".into())),
            ("alg None", token(r#"{"alg":"NONE"}"#), JwsError::Algorithm("NONE".into())),
            ("HS256", token(r#"{"alg":"HS256"}"#), JwsError::Algorithm("HS256".into())),
            ("rs256", token(r#"{"alg":"rs256"}"#), JwsError::Algorithm("rs256".into())),
            ("crit", token(r#"{"alg":"RS256","crit":["exp"]}"#), JwsError::Extension("crit")),
            ("b64", token(r#"{"alg":"RS256","b64":false}"#), JwsError::Extension("b64")),
        ] {
            assert_eq!(UnverifiedJws::parse(&text), Err(expected), "{name}");
        }
        for header in [r#"{"alg":"RS256","alg":"none"}"#, "{}", "[]", "", r#"{"alg":7}"#, &"[".repeat(5000)] {
            let refused = UnverifiedJws::parse(&token(header));
            assert!(matches!(refused, Err(JwsError::Header(_) | JwsError::Parts(_))), "{header:.40}");
        }
    }
}
