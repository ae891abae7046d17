//! The issuer's public keys (RFC 7517): which of them may have signed an ID token.

use alloc::{string::String, vec::Vec};
use base64ct::{Base64UrlUnpadded, Encoding};

use crate::json::{Json, Object};

/// A public RSA key for RS256, as SubtleCrypto imports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaKey {
    /// The key's name, when it has one.
    pub kid: Option<String>,
    /// The modulus, base64url.
    pub n: String,
    /// The exponent, base64url.
    pub e: String,
}

/// The keys of an issuer that can be used; others in the same document are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jwks(Vec<RsaKey>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// Not JSON, or without `keys`.
    #[error("it is not a JSON Web Key Set: {0}")]
    NotASet(String),
    /// No key in it can be used.
    #[error("none of its {0} keys is an RSA key of at least 2048 bits for RS256 signatures")]
    NoUsableKey(usize),
}

/// RFC 7518 3.3: "A key of size 2048 bits or larger MUST be used".
const MIN_MODULUS_BYTES: usize = 2048 / 8;

/// More keys than any issuer rotates; without a limit a token without `kid` would be tried against all of them.
const MAX_CANDIDATES: usize = 8;

impl Jwks {
    /// Reads a key set. Keys of other kinds are left out (RFC 7517 5), not complained about.
    pub fn parse(text: &str) -> Result<Self, JwksError> {
        let document = Object::parse(text).map_err(JwksError::NotASet)?;
        let all = document.list("keys").ok_or_else(|| JwksError::NotASet("it has no list `keys`".into()))?;
        let keys: Vec<RsaKey> = all.iter().filter_map(|key| usable(key.as_object()?)).collect();
        if keys.is_empty() { Err(JwksError::NoUsableKey(all.len())) } else { Ok(Self(keys)) }
    }

    /// The keys that may have signed a token with that `kid`; without one, all of them.
    #[must_use]
    pub fn candidates(&self, kid: Option<&str>) -> Vec<RsaKey> {
        let fits = |key: &&RsaKey| kid.is_none() || key.kid.as_deref() == kid;
        self.0.iter().filter(fits).take(MAX_CANDIDATES).cloned().collect()
    }
}

fn usable(jwk: &Object) -> Option<RsaKey> {
    let absent_or =
        |name: &str, value: &str| jwk.get(name).is_none_or(|found| found.as_text() == Some(value));
    let may_verify = |ops: &Json| ops.to_texts().is_some_and(|ops| ops.iter().any(|op| op == "verify"));
    let for_signatures = absent_or("use", "sig")
        && absent_or("alg", "RS256")
        && jwk.get("key_ops").is_none_or(may_verify)
        && jwk.get("kty")?.as_text() == Some("RSA");
    let (n, e) = (jwk.text("n")?, jwk.text("e")?);
    let modulus = Base64UrlUnpadded::decode_vec(&n).ok()?;
    Base64UrlUnpadded::decode_vec(&e).ok()?;
    let long_enough = modulus.iter().skip_while(|byte| **byte == 0).count() >= MIN_MODULUS_BYTES;
    (for_signatures && long_enough).then_some(RsaKey { kid: jwk.text("kid"), n, e })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(keys: &[String]) -> String {
        format!(r#"{{"keys":[{}]}}"#, keys.join(","))
    }

    fn key(members: &str) -> String {
        let n = Base64UrlUnpadded::encode_string(&[0xa5; 256]);
        format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"{members}}}"#)
    }

    /// Proves: jwks-key-purpose
    #[test]
    fn ignores_unfit_keys() {
        let others = [
            key(r#","kid":"enc","use":"enc""#),
            key(r#","kid":"ops","key_ops":["encrypt"]"#),
            key(r#","kid":"alg","alg":"RS512""#),
            r#"{"kty":"EC","kid":"ec","crv":"P-256","x":"AA","y":"AA"}"#.into(),
            r#"{"kty":"oct","kid":"hmac","k":"AAAA"}"#.into(),
            r#"{"kty":"RSA","kid":"short","n":"AQAB","e":"AQAB"}"#.into(),
            r#"{"kid":"nothing"}"#.into(),
            "7".into(),
        ];
        assert_eq!(Jwks::parse(&set(&others)), Err(JwksError::NoUsableKey(others.len())));
        let mut all = others.to_vec();
        all.push(key(r#","kid":"good","use":"sig","alg":"RS256","key_ops":["verify"]"#));
        let keys = Jwks::parse(&set(&all)).unwrap();
        assert_eq!(keys.candidates(None).len(), 1);
        assert_eq!(keys.candidates(Some("good"))[0].kid.as_deref(), Some("good"));
        assert!(keys.candidates(Some("enc")).is_empty());
    }

    /// Proves: jwks-key-by-kid
    #[test]
    fn missing_kid_matches_keys_up_to_limit() {
        let keys: Vec<_> = (0..20).map(|i| key(&format!(r#","kid":"{i}""#))).collect();
        let jwks = Jwks::parse(&set(&keys)).unwrap();
        assert_eq!(jwks.candidates(None).len(), MAX_CANDIDATES);
        assert_eq!(jwks.candidates(Some("19")).len(), 1);
    }

    #[test]
    fn refuses_malformed_set() {
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(matches!(Jwks::parse(text), Err(JwksError::NotASet(_))), "{text}");
        }
    }
}
