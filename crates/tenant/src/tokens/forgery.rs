//! Signatures that are wrong because a test wants to see whether its client notices.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::compact;
use crate::control::Fault;
use crate::keys::SigningKey;
use crate::random;

/// The letters of a line in a PEM file (RFC 7468, 2).
const PEM_LINE: usize = 64;

/// The claims, signed wrongly; `None` where the fault is none of the signature.
pub(super) fn sign(key: &SigningKey, claims: &Value, fault: Fault) -> Option<String> {
    let header = |alg: &str| json!({ "alg": alg, "typ": "JWT", "kid": key.kid() });
    let token = match fault {
        Fault::InvalidSigRs256 => compact(&header("RS256"), claims, |message| {
            let mut signature = key.sign(message);
            if let Some(last) = signature.last_mut() {
                *last ^= 1;
            }
            signature
        }),
        Fault::InvalidSigHs256 => {
            compact(&header("HS256"), claims, |message| mac(random::secret().as_bytes(), message))
        }
        Fault::Hs256WithPublicKey => {
            let secret = pem(key)?;
            compact(&header("HS256"), claims, |message| mac(secret.as_bytes(), message))
        }
        Fault::InvalidSigEs256 => {
            let other = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
            compact(&header("ES256"), claims, |message| {
                let signed = other.sign(&SystemRandom::new(), message);
                signed.map(|signature| signature.as_ref().to_vec()).unwrap_or_default()
            })
        }
        Fault::IdTokenSigNone => compact(&header("none"), claims, |_| Vec::new()),
        Fault::KidAbsent => {
            compact(&json!({ "alg": "RS256", "typ": "JWT" }), claims, |message| key.sign(message))
        }
        Fault::ForeignKey | Fault::UnknownKey | Fault::HeaderJwk => {
            let other = SigningKey::in_memory().ok()?;
            let mut header = header("RS256");
            if fault != Fault::ForeignKey {
                header["kid"] = json!(other.kid());
            }
            if fault == Fault::HeaderJwk {
                header["jwk"] = json!(other.jwk());
            }
            compact(&header, claims, |message| other.sign(message))
        }
        _ => return None,
    };
    Some(token)
}

fn mac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

/// The public key as it stands in a file, which is what libraries are given.
fn pem(key: &SigningKey) -> Option<String> {
    let der: PublicKeyX509Der<'_> = key.public().as_der().ok()?;
    let text = STANDARD.encode(der.as_ref());
    let lines: Vec<_> = text.as_bytes().chunks(PEM_LINE).map(String::from_utf8_lossy).collect();
    let lines = lines.join("\n");
    Some(format!("-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"))
}
