//! Authorization codes: good for one exchange, within a minute (RFC 6749, 4.1.2).

use std::collections::HashMap;

use crate::domain::Grant;
use crate::log::Trace;
use crate::random::Fingerprint;

#[derive(Debug)]
pub(crate) struct IssuedCode {
    pub(crate) grant: Grant,
    pub(crate) trace: Trace,
    /// SHA-256 of the verifier, as base64url.
    pub(crate) challenge: String,
    /// The one of the request; the exchange has to name it again (RFC 6749, 4.1.3).
    pub(crate) redirect_uri: String,
    pub(crate) expires: u64,
}

#[derive(Default)]
pub(crate) struct Codes(HashMap<Fingerprint, IssuedCode>);

impl Codes {
    pub(crate) fn insert(&mut self, code: &str, issued: IssuedCode, now: u64) {
        self.0.retain(|_, issued| now < issued.expires);
        self.0.insert(Fingerprint::of(code), issued);
    }

    /// The code is gone with this, whatever comes of it: nobody tries two verifiers on one code.
    pub(crate) fn take(&mut self, code: &str, now: u64) -> Option<IssuedCode> {
        self.0.remove(&Fingerprint::of(code)).filter(|issued| now < issued.expires)
    }
}
