//! A key set (RFC 7517) as a map of the keys that can verify an access token. Other keys in it are no error: a provider
//! may publish more than we understand.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::verification_key::VerificationKey;
use crate::json_object::JsonObject;

pub(super) type KeyMap = HashMap<String, Arc<VerificationKey>>;

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    n: String,
    e: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    key_ops: Option<Vec<String>>,
}

/// The usable keys by `kid`. Nothing when the text is no key set at all.
pub(super) fn parse(text: &[u8]) -> Option<KeyMap> {
    let JsonObject::<JwkSet>(set) = serde_json::from_slice(text).ok()?;
    let mut keys = KeyMap::new();
    for value in set.keys {
        let Ok(JsonObject(jwk)) = serde_json::from_value::<JsonObject<Jwk>>(value) else { continue };
        if !jwk.verifies_rs256() {
            continue;
        }
        if let Some(key) = VerificationKey::from_components(&jwk.n, &jwk.e) {
            // Two keys of one name should not be; the first is the one that other implementations take too.
            keys.entry(jwk.kid).or_insert(Arc::new(key));
        }
    }
    Some(keys)
}

impl Jwk {
    fn verifies_rs256(&self) -> bool {
        self.kty == "RSA"
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == "RS256")
            && self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// With the modulus of a real key in place of `MODULUS`: 2,048 bits, odd.
    fn kids(set: &str) -> Vec<String> {
        let set = set.replace("MODULUS", &URL_SAFE_NO_PAD.encode([0xFF; 256]));
        let mut kids: Vec<_> = parse(set.as_bytes()).unwrap().into_keys().collect();
        kids.sort();
        kids
    }

    #[test]
    fn parse_skips_unusable_keys() {
        let set = r#"{"keys":[
            {"kty":"RSA","kid":"plain","n":"MODULUS","e":"AQAB"},
            {"kty":"RSA","kid":"full","n":"MODULUS","e":"AQAB","use":"sig","alg":"RS256","key_ops":["verify"]},
            {"kty":"RSA","kid":"encryption","n":"MODULUS","e":"AQAB","use":"enc"},
            {"kty":"RSA","kid":"other alg","n":"MODULUS","e":"AQAB","alg":"RS512"},
            {"kty":"RSA","kid":"other op","n":"MODULUS","e":"AQAB","key_ops":["encrypt"]},
            {"kty":"RSA","kid":"broken","n":"*","e":"AQAB"},
            {"kty":"RSA","kid":"no key","n":"AQAB","e":"AA"},
            {"kty":"RSA","n":"MODULUS","e":"AQAB"},
            {"kty":"EC","kid":"curve","crv":"P-256","x":"AQAB","y":"AQAB"},
            {"kty":"oct","kid":"secret","k":"AQAB"},
            ["RSA","array","MODULUS","AQAB",null,null,null],
            7
        ]}"#;
        assert_eq!(kids(set), ["full", "plain"]);
    }

    #[test]
    fn parse_rejects_what_is_no_key_set() {
        for text in ["", "null", "[]", "[[]]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(parse(br#"{"keys":[]}"#).unwrap().is_empty());
    }
}
