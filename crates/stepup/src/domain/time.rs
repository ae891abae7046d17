//! Time as the protocol writes it: seconds since 1970, UTC. The core reads no clock; `now` comes with each event.

use serde::Serialize;

/// Seconds since the Unix epoch (`NumericDate` of RFC 7519, in whole seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later by that many seconds; stops at the end of time instead of overflowing.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// From `2026-11-30T12:34:56Z` (RFC 3339), with any fraction and offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| -> Option<i64> {
            let digits = text.get(from..to)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let offset = if text.ends_with(['Z', 'z']) {
            0
        } else {
            let at = text.len().checked_sub(6)?;
            let minutes = number(at + 1, at + 3)? * 60 + number(at + 4, at + 6)?;
            if text.as_bytes()[at] == b'-' { -minutes } else { minutes }
        };
        // Years that begin in March have the leap day at their end.
        let shifted = year - i64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468;
        let minutes = (days * 24 + number(11, 13)?) * 60 + number(14, 16)? - offset;
        Some(Self(minutes * 60 + number(17, 19)?))
    }

    /// Seconds from `earlier` until this moment; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rfc_3339() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T23:59:59Z", Some(951_868_799)),
            ("2026-12-01T00:00:00.250Z", Some(1_796_083_200)),
            ("2026-12-01T01:00:00+01:00", Some(1_796_083_200)),
            ("2026-11-30T18:30:00-05:30", Some(1_796_083_200)),
            ("2024-03-01T00:00:00z", Some(1_709_251_200)),
            ("2026-12-01", None),
            ("yesterday at noon or so", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse(text), seconds.map(Timestamp), "{text}");
        }
    }
}
