//! Moments and durations, for machines and for people.

use jiff::Timestamp;

/// `2026-01-31T09:30:00.250Z` of milliseconds since 1970.
pub(crate) fn machine(milliseconds: u64) -> String {
    let moment = i64::try_from(milliseconds).ok().and_then(|it| Timestamp::from_millisecond(it).ok());
    moment.unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// `2026-01-31 09:30:00 UTC`
pub(crate) fn people(milliseconds: u64) -> String {
    let text = machine(milliseconds);
    match (text.get(..10), text.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// `312 ms`, `4.2 s`, `3 min 12 s`, `2 h`
pub(crate) fn lasted(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{seconds}.{} s", milliseconds % 1_000 / 100),
        60..3_600 => two((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => two((seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")),
        86_400..172_800 => two((1, "day"), (seconds % 86_400 / 3_600, "h")),
        _ => two((seconds / 86_400, "days"), (seconds % 86_400 / 3_600, "h")),
    }
}

fn two((large, of): (u64, &str), (small, rest): (u64, &str)) -> String {
    if small == 0 { format!("{large} {of}") } else { format!("{large} {of} {small} {rest}") }
}

/// As [`lasted`], without a fraction that nobody said.
pub(crate) fn seconds(seconds: u64) -> String {
    if seconds < 60 { format!("{seconds} s") } else { lasted(1_000 * seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_moments_and_durations() {
        assert_eq!(machine(1_760_000_000_250), "2025-10-09T08:53:20.25Z");
        assert_eq!(people(1_760_000_000_250), "2025-10-09 08:53:20 UTC");
        for (milliseconds, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (4_250, "4.2 s"),
            (60_000, "1 min"),
            (192_000, "3 min 12 s"),
            (7_200_000, "2 h"),
            (90_000_000, "1 day 1 h"),
        ] {
            assert_eq!(lasted(milliseconds), text);
        }
    }
}
