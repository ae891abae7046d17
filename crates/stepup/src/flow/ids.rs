//! Numbers for requests and checks, so that a stale answer can be told from an awaited one.

use crate::{effect::CheckId, http::RequestId};

#[derive(Debug, Default)]
pub(crate) struct Ids(u32);

impl Ids {
    pub(crate) fn request(&mut self) -> RequestId {
        RequestId(self.next())
    }

    pub(crate) fn check(&mut self) -> CheckId {
        CheckId(self.next())
    }

    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}
