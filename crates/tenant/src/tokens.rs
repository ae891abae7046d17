//! Access tokens and ID tokens as an Auth0 tenant makes them: JWTs, RS256, `iss` with its trailing slash.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::domain::{Customer, Payment};
use crate::keys::KeyRing;

#[derive(Debug, Serialize)]
pub(crate) struct AccessToken {
    pub(crate) iss: String,
    pub(crate) sub: String,
    /// The API, if one was asked for, and the userinfo endpoint.
    pub(crate) aud: Vec<String>,
    pub(crate) azp: String,
    pub(crate) scope: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) jti: String,
    /// The one payment that it is for (RFC 9396, 9.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorization_details: Option<[Payment; 1]>,
    /// An API may demand an authentication of some strength and age (RFC 9068 2.2.1, RFC 9470 6).
    #[serde(flatten)]
    pub(crate) authentication: Authentication,
}

/// How and when the customer authenticated (OIDC Core 2).
#[derive(Debug, Serialize)]
pub(crate) struct Authentication {
    pub(crate) auth_time: u64,
    /// Only after a second factor: `multi-factor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<&'static str>,
    /// Only after a second factor: `["mfa"]`. Auth0 leaves it out after a password alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amr: Option<[&'static str; 1]>,
}

/// The claims of an ID token (OIDC Core 2, 3.1.3.6 and 3.2.2.10).
#[derive(Debug, Serialize)]
pub(crate) struct IdToken {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at_hash: Option<String>,
    #[serde(flatten)]
    pub(crate) authentication: Authentication,
    #[serde(flatten)]
    pub(crate) person: Person,
}

/// What `profile` and `email` tell (OIDC Core 5.4).
#[derive(Debug, Default, Serialize)]
pub(crate) struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email_verified: Option<bool>,
}

impl Person {
    /// What the granted scopes tell about the customer.
    pub(crate) fn of(customer: &Customer, granted: &[impl AsRef<str>]) -> Self {
        let has = |scope: &str| granted.iter().any(|granted| granted.as_ref() == scope);
        Self {
            name: has("profile").then(|| customer.name.clone()),
            email: has("email").then(|| customer.email.clone()),
            email_verified: has("email").then_some(true),
        }
    }
}

/// What the userinfo endpoint reads in an access token.
#[derive(Debug, Deserialize)]
pub(crate) struct PresentedAccessToken {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: Vec<String>,
    pub(crate) scope: String,
    pub(crate) exp: u64,
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

/// The claims, and those of scripts. What the protocol needs is not among the latter; what tells of the customer may be.
pub(crate) fn with_custom_claims(claims: &impl Serialize, custom: &Map<String, Value>) -> Value {
    #[expect(clippy::expect_used, reason = "structs of strings and numbers always have a JSON form")]
    let mut claims = serde_json::to_value(claims).expect("claims serialise");
    if let Some(claims) = claims.as_object_mut() {
        claims.extend(custom.clone());
    }
    claims
}

pub(crate) fn sign(keys: &KeyRing, claims: &impl Serialize) -> String {
    let key = keys.current();
    let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": key.kid() });
    let message = format!("{}.{}", encode(&header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
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

fn encode(value: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "structs of strings and numbers always have a JSON form")]
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).expect("claims serialise"))
}
