//! The browser's clock.

use stepup::domain::Timestamp;

/// Now, in whole seconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit 53 bits for the next 280,000 years"
)]
pub(super) fn now() -> Timestamp {
    Timestamp((js_sys::Date::now() / 1000.0) as i64)
}

/// The seconds of a `Retry-After`: a number of them, or those until a date (RFC 9110 10.2.3).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is past is now, and what is too far away is as good as never"
)]
pub(super) fn seconds_until(value: &str) -> Option<u32> {
    // Browsers read "7.5" and "-5" as days long ago. A date begins with the name of its day.
    if value.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let until = (js_sys::Date::parse(value) - js_sys::Date::now()) / 1000.0;
        return (!until.is_nan()).then_some(until.ceil() as u32);
    }
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| value.parse().unwrap_or(u32::MAX))
}
