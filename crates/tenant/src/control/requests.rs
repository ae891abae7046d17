//! What came, for a test to look at: the newest requests, without what nobody may read.

use std::collections::VecDeque;

use parking_lot::Mutex;
use serde::Serialize;

use crate::log::Parameter;

/// The newest; older ones are forgotten.
const MAX_REQUESTS: usize = 1_000;

/// A request as the log shows it: secrets and tokens are left out or shortened.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReceivedRequest {
    /// Unix seconds, by the tenant's clock.
    pub(crate) at: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) status: u16,
}

#[derive(Default)]
pub(crate) struct ReceivedRequests(Mutex<VecDeque<ReceivedRequest>>);

impl ReceivedRequests {
    pub(crate) fn add(&self, request: ReceivedRequest) {
        let mut requests = self.0.lock();
        while requests.len() >= MAX_REQUESTS {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    /// Oldest first.
    pub(crate) fn list(&self) -> Vec<ReceivedRequest> {
        self.0.lock().iter().cloned().collect()
    }

    pub(crate) fn take(&self) -> Vec<ReceivedRequest> {
        self.0.lock().drain(..).collect()
    }
}
