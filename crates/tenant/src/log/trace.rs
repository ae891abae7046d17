//! One trace as a thing to record into. It goes along with what it tells about: a request, a push, a grant.

use std::fmt;
use std::sync::Arc;

use super::{Event, Log};
use crate::metrics;

/// Clones record into the same trace. The default records nowhere.
#[derive(Clone, Default)]
pub(crate) struct Trace(Option<(Arc<Log>, Arc<str>)>);

impl Trace {
    pub(super) fn of(log: Arc<Log>, id: &str) -> Self {
        Self(Some((log, id.into())))
    }

    /// Adds what has happened just now.
    pub(crate) fn record(&self, event: Event) {
        metrics::count(&event);
        if let Some((log, id)) = &self.0 {
            log.record(id, event);
        }
    }

    /// Remembers that this trace is about the code, so that whoever brings it is told of here.
    pub(crate) fn is_about_code(&self, code: &str) {
        if let Some((log, id)) = &self.0 {
            log.is_about_code(id, code);
        }
    }

    /// What its page is called, unless it records nowhere.
    pub(crate) fn id(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, id)| &**id)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Trace").field(&self.id().unwrap_or("nowhere")).finish()
    }
}
