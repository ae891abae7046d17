//! The time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix seconds.
pub type Clock = fn() -> i64;

/// The machine's time.
pub fn system_clock() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.ok().and_then(|now| i64::try_from(now.as_secs()).ok()).unwrap_or(i64::MAX)
}
