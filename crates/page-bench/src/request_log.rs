//! What the servers were asked for, and when.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A client's page.
    Page,
    /// The provider, by an authorization request.
    Authorize,
    /// The API, for a transfer with a token that may.
    Transfer,
}

/// One log for all servers. One client is measured at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestLog {
    requests: Arc<Mutex<Vec<(Asked, Instant)>>>,
    changed: Arc<watch::Sender<()>>,
}

impl RequestLog {
    /// It arrives now.
    pub(crate) fn note(&self, asked: Asked) {
        self.requests.lock().push((asked, Instant::now()));
        self.changed.send_replace(());
    }

    pub(crate) fn clear(&self) {
        self.requests.lock().clear();
    }

    fn first(&self, asked: Asked) -> Option<Instant> {
        self.requests.lock().iter().find(|(what, _)| *what == asked).map(|(_, at)| *at)
    }

    /// The time from the first page that was asked for until that; `None` when it does not come within `timeout`.
    pub(crate) async fn time_from_page(&self, to: Asked, timeout: Duration) -> Option<Duration> {
        let mut changes = self.changed.subscribe();
        let request_time = async {
            loop {
                if let Some(at) = self.first(to) {
                    return Some(at);
                }
                changes.changed().await.ok()?;
            }
        };
        let request_time = tokio::time::timeout(timeout, request_time).await.ok()??;
        Some(request_time.duration_since(self.first(Asked::Page)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn measures_from_the_first_page_to_the_first_request_of_a_kind() {
        let log = RequestLog::default();
        log.note(Asked::Authorize);
        log.clear();
        log.note(Asked::Page);
        let waiting = tokio::spawn({
            let log = log.clone();
            async move { log.time_from_page(Asked::Transfer, Duration::from_mins(1)).await }
        });
        log.note(Asked::Page);
        log.note(Asked::Transfer);
        let at = |n: usize| log.requests.lock()[n].1;
        assert_eq!(waiting.await.unwrap(), Some(at(2) - at(0)));
        assert_eq!(log.time_from_page(Asked::Authorize, Duration::ZERO).await, None);
    }
}
