//! The tenant's RSA-2048 signing key: made at the first start, kept as PKCS#8 that only its owner can read, and
//! published as a JWK set.

mod file;

use std::io;
use std::path::PathBuf;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, KeyPair as _, RsaKeyPair};
use aws_lc_rs::{digest, error::KeyRejected};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::config::KeyStore;

/// The file in [`KeyStore::Folder`].
pub const KEY_FILE: &str = "signing-key.pk8";

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The folder or the file cannot be read or written.
    #[error("the signing key in {path}: {source}")]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not a PKCS#8 RSA key.
    #[error("{path} is no RSA key in PKCS#8 ({source}); remove it, and a new key is made at the next start")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: KeyRejected,
    },
    /// The library could not make a key.
    #[error("no RSA key could be made")]
    Generate,
}

/// A key pair, with the identifier that its tokens carry.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    random: SystemRandom,
    jwk: Jwk,
}

/// The public half (RFC 7517).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Jwk {
    kty: &'static str,
    r#use: &'static str,
    alg: &'static str,
    kid: String,
    n: String,
    e: String,
}

impl SigningKey {
    pub(crate) fn open(store: &KeyStore) -> Result<Self, KeyError> {
        match store {
            KeyStore::Memory => Ok(Self::new(generate()?)),
            KeyStore::Folder(folder) => {
                let path = folder.join(KEY_FILE);
                let at = |source| KeyError::Io { path: path.clone(), source };
                if !path.try_exists().map_err(at)? {
                    let der: Pkcs8V1Der<'_> = generate()?.as_der().map_err(|_| KeyError::Generate)?;
                    file::keep(folder, &path, der.as_ref()).map_err(at)?;
                }
                let der = file::read(&path).map_err(at)?;
                let broken = |source| KeyError::Broken { path: path.clone(), source };
                Ok(Self::new(RsaKeyPair::from_pkcs8(&der).map_err(broken)?))
            }
        }
    }

    fn new(pair: RsaKeyPair) -> Self {
        let public = pair.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        // RFC 7638: the identifier is the key's own hash, so that two keys never share one.
        let thumbprint = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, thumbprint.as_bytes()));
        let jwk = Jwk { kty: "RSA", r#use: "sig", alg: "RS256", kid, n, e };
        Self { pair, random: SystemRandom::new(), jwk }
    }

    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    pub(crate) fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// RS256 (RFC 7518, 3.3).
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        #[expect(
            clippy::expect_used,
            reason = "the buffer has the key's length and the padding needs no choice"
        )]
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &self.random, message, &mut signature)
            .expect("a loaded RSA key signs");
        signature
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let public = self.pair.public_key().as_ref();
        signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)
            .verify(message, signature)
            .is_ok()
    }
}

fn generate() -> Result<RsaKeyPair, KeyError> {
    RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)
}
