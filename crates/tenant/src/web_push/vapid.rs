//! The tenant's identification at push services (VAPID, RFC 8292): a key pair of P-256 that signs a short token for each message.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use web_push_native::p256::SecretKey;
use web_push_native::p256::ecdsa::signature::Signer as _;
use web_push_native::p256::ecdsa::{Signature, SigningKey};
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;

use crate::config::KeyStore;
use crate::keys::{self, KeyError, WEB_PUSH_FILE};
use crate::random;

/// How long a signature is good for, in seconds: at most a day (RFC 8292, 2).
const LIFETIME: u64 = 12 * 3_600;

pub(super) struct VapidKey {
    key: SigningKey,
    /// The uncompressed point, as base64url.
    public: String,
}

impl VapidKey {
    pub(super) fn open(keys: &KeyStore) -> Result<Self, KeyError> {
        let secret = match keys {
            KeyStore::Memory => generate(),
            KeyStore::Folder(folder) => in_file(folder)?,
        };
        let public = URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes());
        Ok(Self { key: SigningKey::from(secret), public })
    }

    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// The header `Authorization` for a push service.
    pub(super) fn authorization(&self, service: &str, contact: Option<&str>, now: u64) -> String {
        let mut claims = json!({ "aud": service, "exp": now + LIFETIME });
        if let Some(contact) = contact {
            claims["sub"] = contact.into();
        }
        let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(json!({ "typ": "JWT", "alg": "ES256" })), encode(claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}

fn generate() -> SecretKey {
    // All numbers but a handful are keys.
    loop {
        if let Ok(key) = SecretKey::from_slice(&random::bytes::<32>()) {
            return key;
        }
    }
}

/// As 32 bytes, beside the signing keys. With another key all phones have to be asked again.
fn in_file(folder: &Path) -> Result<SecretKey, KeyError> {
    let path = folder.join(WEB_PUSH_FILE);
    let io = |source| KeyError::Io { path: path.clone(), source };
    if !path.exists() {
        keys::keep(folder, &path, &generate().to_bytes()).map_err(io)?;
    }
    let bytes = keys::read(&path).map_err(io)?;
    SecretKey::from_slice(&bytes).map_err(|_| KeyError::NoWebPushKey { path: path.clone() })
}
