//! One key pair, its public half, and the files that hold them.

use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKey};
use aws_lc_rs::signature::{self, KeyPair as _, RsaKeyPair};
use aws_lc_rs::{digest, error::KeyRejected};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::file;

/// The file of the key that signs, in [`KeyStore::Folder`](crate::KeyStore::Folder).
pub const KEY_FILE: &str = "signing-key.pk8";
/// The file of the key that signs after the next rotation. Whoever keeps the published keys for a while has it by then.
pub(super) const NEXT_FILE: &str = "next-signing-key.pk8";
/// The file of the public keys that have signed before.
pub(super) const RETIRED_FILE: &str = "retired-keys.json";
/// The file of the key that push services know the tenant by: a number of 32 bytes.
pub(crate) const WEB_PUSH_FILE: &str = "web-push.key";
/// Locked by who rotates.
pub(super) const LOCK_FILE: &str = "rotation.lock";
/// All files that are made in a [`KeyStore::Folder`](crate::KeyStore::Folder).
pub const KEY_FILES: [&str; 5] = [KEY_FILE, NEXT_FILE, RETIRED_FILE, LOCK_FILE, WEB_PUSH_FILE];

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    #[error("the signing key in {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is no RSA key in PKCS#8 ({source}); remove it, and a new key is made at the next start")]
    Broken { path: PathBuf, source: KeyRejected },
    #[error(
        "{path} is no list of retired keys ({source}); remove it, and tokens that they signed are not accepted any more"
    )]
    Retired { path: PathBuf, source: serde_json::Error },
    #[error("there is no signing key in {folder}; a tenant makes one when it starts for the first time")]
    NoKey { folder: PathBuf },
    #[error(
        "{path} is no key of 32 bytes; remove it, and a new one is made: phones have to allow messages again"
    )]
    NoWebPushKey { path: PathBuf },
    #[error("no RSA key could be made")]
    Generate,
}

pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    random: SystemRandom,
    pub(super) jwk: Jwk,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    r#use: String,
    alg: String,
    pub(super) kid: String,
    n: String,
    e: String,
}

impl Jwk {
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    fn new(n: String, e: String) -> Self {
        // RFC 7638: the identifier is the key's own hash, so that two keys never share one.
        let thumbprint = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, thumbprint.as_bytes()));
        Self { kty: "RSA".to_owned(), r#use: "sig".to_owned(), alg: "RS256".to_owned(), kid, n, e }
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let (Ok(n), Ok(e)) = (URL_SAFE_NO_PAD.decode(&self.n), URL_SAFE_NO_PAD.decode(&self.e)) else {
            return false;
        };
        let key = signature::RsaPublicKeyComponents { n, e };
        key.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

impl SigningKey {
    /// A new key that is kept nowhere.
    pub(crate) fn in_memory() -> Result<Self, KeyError> {
        Ok(Self::new(generate()?))
    }

    /// The key in this file, which is made where it is missing.
    pub(super) fn in_file(folder: &Path, name: &str) -> Result<Self, KeyError> {
        let path = folder.join(name);
        let at = |source| KeyError::Io { path: path.clone(), source };
        if !path.try_exists().map_err(at)? {
            let der: Pkcs8V1Der<'_> = generate()?.as_der().map_err(|_| KeyError::Generate)?;
            file::keep(folder, &path, der.as_ref()).map_err(at)?;
        }
        Self::read(&path)
    }

    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let der = file::read(path).map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
        let broken = |source| KeyError::Broken { path: path.to_owned(), source };
        Ok(Self::new(RsaKeyPair::from_pkcs8(&der).map_err(broken)?))
    }

    fn new(pair: RsaKeyPair) -> Self {
        let public = pair.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        let jwk = Jwk::new(n, e);
        Self { pair, random: SystemRandom::new(), jwk }
    }

    pub(crate) fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// The public half, as it is published.
    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    pub(crate) fn public(&self) -> &PublicKey {
        self.pair.public_key()
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
}

fn generate() -> Result<RsaKeyPair, KeyError> {
    RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)
}
