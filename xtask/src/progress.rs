//! Progress: what is being done and why, and how long it takes.

use crate::failure::Result;
use std::io::Write;
use std::time::{Duration, Instant};

/// One line of progress, flushed, because a pipe would keep it back until the end.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A closed terminal is no reason to stop the work.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Announces a step, runs it, and says how long it took.
pub(crate) fn step<T>(name: &str, why: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("▸ {name}: {why}"));
    let started = Instant::now();
    let result = work();
    let mark = if result.is_ok() { "✓" } else { "✗" };
    say(&format!("{mark} {name} ({})", duration(started.elapsed())));
    result
}

/// `850 ms`, `12.3 s`, `4 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(duration(Duration::from_millis(850)), "850 ms");
        assert_eq!(duration(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(duration(Duration::from_secs(245)), "4 min 05 s");
    }
}
