//! One key of the issuer, and the tokens that it is known to have signed.

use std::collections::HashSet;

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;

/// Tokens that are remembered for each key, twice over: half a megabyte.
const VERIFIED_CAPACITY: usize = 4_096;

/// An RSA key, for RS256 alone (RFC 7518, section 3.3). It is parsed once, and not for each token.
pub(super) struct VerificationKey {
    public: ParsedPublicKey,
    /// A client sends its token with every request, and verification gives the same result each time. Only what was verified
    /// is remembered, by its digest, for as long as the key. Times, audience and scope are checked each time.
    verified: Mutex<VerifiedTokens>,
}

#[derive(Default)]
struct VerifiedTokens {
    recent: HashSet<[u8; 32]>,
    /// What was recent until there were too many; what is used becomes recent again.
    before: HashSet<[u8; 32]>,
}

impl VerificationKey {
    /// From modulus and exponent, as in a key set (RFC 7518, section 6.3.1).
    pub(super) fn from_components(n: &str, e: &str) -> Option<Self> {
        let [n, e] = [n, e].map(|number| URL_SAFE_NO_PAD.decode(number).ok());
        let components = RsaPublicKeyComponents { n: n?, e: e? };
        let public = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
        Some(Self { public, verified: Mutex::default() })
    }

    /// Whether this key has signed a token whose parts before the last dot are `message`, and `signature` the one after
    /// it. Never, when the key has less than 2,048 bits.
    pub(super) fn verify(&self, message: &str, signature: &str) -> bool {
        let digest = token_digest(message, signature);
        if self.verified.lock().contains(&digest) {
            return true;
        }
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let is_signed = self.public.verify_sig(message.as_bytes(), &signature).is_ok();
        if is_signed {
            self.verified.lock().insert(digest);
        }
        is_signed
    }
}

/// Of the whole token. The message has one dot and the signature none, so that no two tokens have the same text.
fn token_digest(message: &str, signature: &str) -> [u8; 32] {
    let mut token = Context::new(&SHA256);
    for part in [message, ".", signature] {
        token.update(part.as_bytes());
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(token.finish().as_ref());
    digest
}

impl VerifiedTokens {
    fn contains(&mut self, digest: &[u8; 32]) -> bool {
        if self.recent.contains(digest) {
            return true;
        }
        let known = self.before.remove(digest);
        if known {
            self.insert(*digest);
        }
        known
    }

    fn insert(&mut self, digest: [u8; 32]) {
        if self.recent.len() >= VERIFIED_CAPACITY {
            self.before = std::mem::take(&mut self.recent);
        }
        self.recent.insert(digest);
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

    use super::*;

    fn pair(size: KeySize) -> (RsaKeyPair, VerificationKey) {
        let pair = RsaKeyPair::generate(size).unwrap();
        let public = pair.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        (pair, VerificationKey::from_components(&n, &e).unwrap())
    }

    fn sign(pair: &RsaKeyPair, message: &str) -> String {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        URL_SAFE_NO_PAD.encode(signature)
    }

    #[test]
    fn verify_remembers_only_the_exact_token_for_the_same_key() {
        let ((ours, key), (_, other)) = (pair(KeySize::Rsa2048), pair(KeySize::Rsa2048));
        let signature = sign(&ours, "header.claims");
        for _ in 0..2 {
            assert!(key.verify("header.claims", &signature));
            assert!(!other.verify("header.claims", &signature), "another key");
            assert!(!key.verify("header.claimz", &signature), "other claims");
            assert!(!key.verify("header.claim", &format!("s{signature}")));
            assert!(!key.verify("header.claims", &signature[1..]), "another signature");
            assert!(!key.verify("header.claims", ""));
            assert!(!key.verify("header.claims", "*"));
        }
        assert_eq!(key.verified.lock().recent.len(), 1, "only what was verified is remembered");
        assert!(other.verified.lock().recent.is_empty());
    }

    #[test]
    fn verified_tokens_are_bounded_and_keep_used_ones() {
        let mut verified = VerifiedTokens::default();
        let name = |n: usize| {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&n.to_be_bytes());
            name
        };
        verified.insert(name(0));
        for n in 1..VERIFIED_CAPACITY * 5 {
            verified.insert(name(n));
            if n % 1_000 == 0 {
                assert!(verified.contains(&name(0)), "{n}");
            }
            assert!(verified.recent.len() + verified.before.len() <= 2 * VERIFIED_CAPACITY);
        }
        assert!(!verified.contains(&name(1)));
    }
}
