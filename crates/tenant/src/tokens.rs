//! Access tokens and ID tokens as an Auth0 tenant makes them: JWTs, RS256, `iss` with its trailing slash.

mod forgery;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::control::Fault;
use crate::domain::Customer;
use crate::keys::KeyRing;

/// What the granted scopes `profile` and `email` tell about the customer (OIDC Core 5.4).
pub(crate) fn personal_claims(customer: &Customer, granted: &[impl AsRef<str>]) -> Map<String, Value> {
    let has = |scope: &str| granted.iter().any(|granted| granted.as_ref() == scope);
    let mut claims = Map::new();
    if has("profile") {
        claims.insert("name".to_owned(), customer.name.as_str().into());
    }
    if has("email") {
        claims.insert("email".to_owned(), customer.email.as_str().into());
        claims.insert("email_verified".to_owned(), true.into());
    }
    claims
}

/// What the userinfo endpoint reads in an access token.
#[derive(Debug, Deserialize)]
pub(crate) struct PresentedAccessToken {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: Vec<String>,
    pub(crate) scope: String,
    pub(crate) exp: u64,
    #[serde(default)]
    pub(crate) sid: String,
}

/// What is read in an ID token that comes back as a hint.
#[derive(Debug, Deserialize)]
pub(crate) struct PresentedIdToken {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    #[serde(default)]
    pub(crate) sid: String,
}

/// Signs the claims; `fault` is what a test wants to be wrong with that.
pub(crate) fn sign(keys: &KeyRing, claims: &Value, fault: Option<Fault>) -> String {
    let key = keys.current();
    if let Some(token) = fault.and_then(|fault| forgery::sign(&key, claims, fault)) {
        return token;
    }
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": key.kid() });
    compact(&header, claims, |message| key.sign(message))
}

/// The compact serialization (RFC 7515, 7.1).
fn compact(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let message = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// The claims of a JWT that this tenant signed. The header is not read: there is one algorithm, and few keys.
pub(crate) fn verify<T: DeserializeOwned>(keys: &KeyRing, token: &str) -> Option<T> {
    let (message, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !keys.verifies(message.as_bytes(), &signature) {
        return None;
    }
    let (_, claims) = message.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// The left half of the access token's SHA-256 (OIDC Core 3.2.2.9).
pub(crate) fn at_hash(access_token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}
