//! Random bytes that arrive inside an event: the core makes none itself.

use alloc::boxed::Box;

/// 128 bytes from a cryptographically secure generator, used once.
///
/// It is consumed by what it is drawn for, so that no byte serves twice.
pub struct Entropy(Box<[u8; Self::LEN]>);

impl Entropy {
    /// How many bytes the shell has to draw.
    pub const LEN: usize = 128;

    /// Wraps bytes from the browser's generator.
    #[must_use]
    pub fn new(bytes: [u8; Self::LEN]) -> Self {
        Self(Box::new(bytes))
    }

    /// Four independent values of 256 bits: for `state`, for the nonce or its salt, for the code's verifier, and for a
    /// transfer's id.
    pub(crate) fn split(self) -> [[u8; 32]; 4] {
        let mut parts = [[0; 32]; 4];
        for (part, bytes) in parts.iter_mut().zip(self.0.chunks_exact(32)) {
            part.copy_from_slice(bytes);
        }
        parts
    }
}

redacted!(Entropy);
