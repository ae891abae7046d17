//! Proof Key for Code Exchange (RFC 7636): whoever redeems a code is the one who asked for it.

use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The `code_verifier` of one request: 256 random bits, 43 characters (RFC 7636 4.1).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct CodeVerifier(String);

impl CodeVerifier {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// From the tab's storage. Whatever was made of it there, the provider compares.
    pub(crate) fn read(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The `code_challenge` by the method S256 (4.2).
    pub(crate) fn challenge(&self) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(self.0.as_bytes()))
    }
}

redacted!(CodeVerifier);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    /// Proves: pkce-verifier
    #[test]
    fn challenge_matches_specification() {
        let bytes = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = CodeVerifier::new(bytes);
        assert_eq!(verifier.as_str(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(format!("{verifier:?}"), "CodeVerifier(…)");
    }
}
