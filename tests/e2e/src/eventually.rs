//! The one place that waits by looking again.
//!
//! What happens inside a browser cannot be awaited from outside; everything that the harness's own servers see can,
//! and is (see [`crate::server::Recorder::wait_for`]).

use crate::TestError;
use std::time::{Duration, Instant};

/// How long a person would wait before calling it broken, on a slow machine that runs two browsers.
pub const WAIT_TIMEOUT: Duration = Duration::from_mins(1);

const POLL_INTERVAL: Duration = Duration::from_millis(40);

/// Looks until `look` sees what it wants, or until [`WAIT_TIMEOUT`] is over. A [`TestError`] that waiting cannot mend ends it
/// at once.
pub async fn eventually<T>(
    what: &str,
    look: impl AsyncFnMut() -> Result<T, TestError>,
) -> Result<T, TestError> {
    within(WAIT_TIMEOUT, what, look).await
}

/// [`eventually`] with a limit of its own.
pub async fn within<T>(
    limit: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, TestError>,
) -> Result<T, TestError> {
    let start = Instant::now();
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(error) if !error.is_transient() => {
                return Err(TestError::permanent(format!("{what}: {error}")));
            }
            Err(error) if start.elapsed() > limit => {
                return Err(TestError::permanent(format!(
                    "waited {} s for {what}: {error}",
                    limit.as_secs()
                )));
            }
            Err(_) => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
}

/// Does not look again: watches that something stays away for as long as `watch` takes. For sentences such as "no
/// second redirect", where there is no event to wait for.
pub async fn stays<T>(
    watch: Duration,
    mut look: impl AsyncFnMut() -> Result<T, TestError>,
) -> Result<T, TestError> {
    let start = Instant::now();
    loop {
        let seen = look().await?;
        if start.elapsed() > watch {
            return Ok(seen);
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
