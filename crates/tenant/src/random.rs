//! Unguessable values. What a cookie carries is kept only as its hash, so that a look-up in a table tells nothing by
//! its timing and a dump of the memory opens no session.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// 128 random bits as base64url: an identifier that may stand in an address.
pub(crate) fn identifier() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<16>())
}

/// 256 random bits as base64url: a secret for a cookie or a form.
pub(crate) fn secret() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness no request can be answered safely")]
    rand::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Fingerprint([u8; 32]);

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.text()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("a fingerprint is 32 bytes, as base64url")
    }
}

impl Fingerprint {
    pub(crate) fn of(secret: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, secret.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.as_ref());
        Self(bytes)
    }

    /// One of so many places; none where there are none.
    pub(crate) fn place(self, places: usize) -> usize {
        let [a, b, c, d, ..] = self.0;
        let number = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or_default();
        number.checked_rem(places).unwrap_or_default()
    }

    pub(crate) fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Enough of it to tell one thing from another in an address.
    pub(crate) fn short(self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0[..12])
    }
}

/// Compares without telling by its timing where the difference is.
pub(crate) fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
