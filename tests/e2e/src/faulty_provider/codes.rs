//! Authorization codes between their issue and their exchange.

use super::{grant::Grant, keys::random_text};
use crate::TestError;
use std::collections::HashMap;

/// The codes that nobody has brought yet.
#[derive(Default)]
pub(super) struct Codes(HashMap<String, IssuedCode>);

pub(super) struct IssuedCode {
    pub(super) grant: Grant,
    pub(super) challenge: String,
    pub(super) redirect_uri: String,
}

impl Codes {
    /// A new code.
    pub(super) fn keep(
        &mut self,
        grant: Grant,
        challenge: String,
        redirect_uri: String,
    ) -> Result<String, TestError> {
        let code = random_text()?;
        self.0.insert(code.clone(), IssuedCode { grant, challenge, redirect_uri });
        Ok(code)
    }

    /// A code is good for one attempt, also for one that fails.
    pub(super) fn spend(&mut self, code: &str) -> Option<IssuedCode> {
        self.0.remove(code)
    }
}
