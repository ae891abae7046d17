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

    /// Whether one came, at this path.
    pub(crate) fn has(&self, path: Option<&str>) -> bool {
        self.0.lock().iter().any(|request| request.is_at(path))
    }

    /// Oldest first; those at one path, if one is named.
    pub(crate) fn list(&self, path: Option<&str>) -> Vec<ReceivedRequest> {
        self.0.lock().iter().filter(|request| request.is_at(path)).cloned().collect()
    }

    /// Removes what it tells.
    pub(crate) fn take(&self, path: Option<&str>) -> Vec<ReceivedRequest> {
        let mut requests = self.0.lock();
        let (taken, left) = requests.drain(..).partition::<VecDeque<_>, _>(|request| request.is_at(path));
        *requests = left;
        taken.into()
    }
}

impl ReceivedRequest {
    fn is_at(&self, path: Option<&str>) -> bool {
        path.is_none_or(|path| self.path == path)
    }
}
