//! The browser's clock.

use stepup::time::Timestamp;

/// Now, in whole seconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit 53 bits for the next 280,000 years"
)]
pub(super) fn now() -> Timestamp {
    Timestamp((js_sys::Date::now() / 1000.0) as i64)
}
