//! RSA keys, as their owner and as everybody else sees them.

use crate::TestError;
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    error::Unspecified,
    rand::{self, SystemRandom},
    rsa::KeySize,
    signature::{KeyPair as _, RsaEncoding, RsaKeyPair},
};
use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

/// The keys that each provider begins with. Making one takes a third of a second, and no test minds that another has
/// the same.
#[derive(Clone)]
pub(super) struct Beginning {
    pub(super) signs: Arc<Key>,
    pub(super) retired: Arc<Key>,
    pub(super) foreign: Arc<Key>,
}

impl Beginning {
    pub(super) fn keys() -> Result<Self, TestError> {
        static KEYS: LazyLock<Result<Beginning, TestError>> = LazyLock::new(|| {
            let key = || Key::generate().map(Arc::new);
            Ok(Beginning { signs: key()?, retired: key()?, foreign: key()? })
        });
        KEYS.clone()
    }
}

/// A key pair and its name.
pub(super) struct Key {
    pair: RsaKeyPair,
    kid: String,
}

impl Key {
    pub(super) fn generate() -> Result<Self, TestError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        Ok(Self { pair, kid: random_text()? })
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public half (RFC 7517), under its name.
    pub(super) fn jwk(&self) -> Value {
        self.jwk_named(&self.kid)
    }

    /// The same under another name.
    pub(super) fn jwk_named(&self, kid: &str) -> Value {
        let mut jwk = self.jwk_without_name();
        jwk["kid"] = kid.into();
        jwk
    }

    /// The same without a name.
    pub(super) fn jwk_without_name(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "n": BASE64_URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": BASE64_URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// `SubjectPublicKeyInfo` (RFC 5280, 4.1).
    pub(super) fn public_der(&self) -> Result<Vec<u8>, TestError> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().map_err(failed)?;
        Ok(der.as_ref().to_vec())
    }

    /// The text in which public keys are passed around.
    pub(super) fn public_pem(&self) -> Result<String, TestError> {
        Ok(pem("PUBLIC KEY", &self.public_der()?))
    }

    pub(super) fn sign(&self, how: &'static dyn RsaEncoding, message: &[u8]) -> Result<Vec<u8>, TestError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(how, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
        Ok(signature)
    }
}

/// The text form of DER (RFC 7468).
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// 128 random bits.
pub(super) fn random_text() -> Result<String, TestError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(failed)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The library gives no reasons.
pub(super) fn failed(_: Unspecified) -> TestError {
    TestError::permanent("the library for cryptography refused")
}
