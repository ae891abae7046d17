//! Tokens with real signatures.

use crate::error::BenchError;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Longer than any visit, in seconds.
pub(crate) const LIFETIME: u64 = 3_600;
const KID: &str = "1";

/// What a token says.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) nonce: &'a str,
}

#[derive(Debug)]
pub(crate) struct Signer(RsaKeyPair);

impl Signer {
    pub(crate) fn generate() -> Result<Self, BenchError> {
        Ok(Self(RsaKeyPair::generate(KeySize::Rsa2048)?))
    }

    /// The JSON Web Key Set.
    pub(crate) fn jwks(&self) -> Value {
        let key = self.0.public_key();
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KID,
            "n": encode(key.modulus().big_endian_without_leading_zero()),
            "e": encode(key.exponent().big_endian_without_leading_zero()),
        }] })
    }

    /// An access token and its ID token.
    pub(crate) fn tokens(&self, grant: &Grant<'_>) -> Result<(String, String), BenchError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut jti = [0; 16];
        rand::fill(&mut jti)?;
        let common = json!({
            "iss": grant.issuer, "sub": "customer", "iat": now, "exp": now + LIFETIME,
        });
        let access_token = self.sign(with(
            &common,
            json!({ "aud": grant.audience, "scope": grant.scope, "jti": encode(jti) }),
        ))?;
        let at_hash = encode(&digest(&SHA256, access_token.as_bytes()).as_ref()[..16]);
        let id_token = self.sign(with(
            &common,
            json!({
                "aud": grant.client_id, "nonce": grant.nonce, "at_hash": at_hash, "auth_time": now,
                "amr": ["mfa"],
            }),
        ))?;
        Ok((access_token, id_token))
    }

    fn sign(&self, claims: Value) -> Result<String, BenchError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": KID });
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)?;
        Ok(format!("{message}.{}", encode(signature)))
    }
}

/// The scope of an access token. Whoever asks is a client of this program, so the signature is not looked at.
pub(crate) fn scope(token: &str) -> Option<String> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&claims).ok()?["scope"].as_str().map(str::to_owned)
}

fn with(common: &Value, more: Value) -> Value {
    [common, &more]
        .into_iter()
        .filter_map(Value::as_object)
        .flatten()
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_says_its_scope() {
        let grant =
            Grant { issuer: "i", client_id: "c", audience: "a", scope: "openid view:balance", nonce: "n" };
        let (access_token, _) = Signer::generate().unwrap().tokens(&grant).unwrap();
        assert_eq!(scope(&access_token).as_deref(), Some("openid view:balance"));
        assert_eq!(scope("no token"), None);
    }
}
