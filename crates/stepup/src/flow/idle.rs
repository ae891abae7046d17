//! A page that is left alone: after a while it asks whether the customer is still there, and then logs them out (Delegated
//! Regulation (EU) 2018/389, Article 4(3)(d)). It compares times, so that a device that slept makes no difference.

use alloc::string::ToString;

use crate::{
    domain::Timestamp,
    effect::{Effect, Timer},
    storage::StorageKey,
};

/// How long the question stands, in seconds; as long as the page may be left alone, where that is less.
const COUNTDOWN: i64 = 60;
/// The tabs of a browser tell each other of a touch, once in so many seconds.
const SHARE_INTERVAL: i64 = 10;

#[derive(Debug)]
pub(crate) struct Idle {
    /// For how long the page may be left alone, in seconds; `None`: for ever.
    limit: Option<i64>,
    /// When the customer was last seen to be there, in any tab.
    touched: Timestamp,
    /// When the other tabs were last told.
    shared: Timestamp,
}

impl Idle {
    /// `stored` is what the tabs have told each other, `now` where that is not to be counted from.
    pub(crate) fn new(limit: Option<i64>, stored: Option<&str>, now: Timestamp) -> Self {
        let touched = stored.and_then(parse).filter(|touched| *touched <= now).unwrap_or(now);
        Self { limit, touched, shared: touched }
    }

    /// Seconds until the log-out.
    fn left(&self, now: Timestamp) -> Option<i64> {
        let limit = self.limit?;
        Some(limit + COUNTDOWN.min(limit) - now.since(self.touched))
    }

    /// The seconds that are left, once the page asks.
    pub(crate) fn countdown(&self, now: Timestamp) -> Option<i64> {
        let left = self.left(now)?;
        (left <= COUNTDOWN.min(self.limit?)).then_some(left.max(0))
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.left(now).is_some_and(|left| left <= 0)
    }

    /// The customer does something. While the page asks, only an answer counts.
    pub(crate) fn touch(&mut self, now: Timestamp) -> Option<Effect> {
        if self.countdown(now).is_some() { None } else { self.stay(now) }
    }

    /// The customer is there: the answer to the question, or a transfer that is under way.
    pub(crate) fn stay(&mut self, now: Timestamp) -> Option<Effect> {
        self.limit?;
        self.touched = now;
        if now.since(self.shared) < SHARE_INTERVAL {
            return None;
        }
        self.shared = now;
        Some(Effect::Store(StorageKey::LastTouch, now.0.to_string()))
    }

    /// The customer was there in another tab. A time that has not come yet is none.
    pub(crate) fn touched_elsewhere(&mut self, text: Option<&str>, now: Timestamp) {
        if let Some(touched) = text.and_then(parse).filter(|touched| *touched <= now) {
            self.touched = self.touched.max(touched);
        }
    }

    /// Wakes up when the question is due, and each second while it stands.
    pub(crate) fn watch(&self, now: Timestamp) -> Option<Effect> {
        let left = self.left(now)?;
        let seconds = (left - COUNTDOWN.min(self.limit?)).max(i64::from(left > 0));
        Some(Effect::SetTimer(Timer::Idle, u32::try_from(seconds.saturating_mul(1000)).unwrap_or(1 << 30)))
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_000_000 + seconds)
    }

    fn idle(limit: Option<i64>) -> Idle {
        Idle::new(limit, None, at(0))
    }

    fn wakes_after(idle: &Idle, now: i64) -> Option<u32> {
        match idle.watch(at(now)) {
            Some(Effect::SetTimer(Timer::Idle, milliseconds)) => Some(milliseconds),
            _ => None,
        }
    }

    /// Proves: idle-log-out
    #[test]
    fn asks_after_the_limit_and_ends_a_minute_later() {
        let idle = idle(Some(300));
        for (now, countdown, over) in [
            (0, None, false),
            (299, None, false),
            (300, Some(60), false),
            (359, Some(1), false),
            (360, Some(0), true),
            (90_000, Some(0), true),
        ] {
            assert_eq!((idle.countdown(at(now)), idle.is_over(at(now))), (countdown, over), "{now}");
        }
        assert_eq!(wakes_after(&idle, 0), Some(300_000));
        assert_eq!(wakes_after(&idle, 300), Some(1_000));
        assert_eq!(wakes_after(&idle, 90_000), Some(0));
    }

    #[test]
    fn short_limit_has_a_short_countdown_and_none_never_ends() {
        let short = idle(Some(5));
        assert_eq!((short.countdown(at(4)), short.countdown(at(5))), (None, Some(5)));
        assert!(!short.is_over(at(9)) && short.is_over(at(10)));
        let never = idle(None);
        assert!(!never.is_over(at(i64::from(u32::MAX))));
        assert_eq!((never.countdown(at(1 << 40)), wakes_after(&never, 0)), (None, None));
    }

    #[test]
    fn touch_counts_until_the_page_asks() {
        let mut idle = idle(Some(300));
        idle.touch(at(200));
        assert_eq!(idle.countdown(at(499)), None);
        assert!(idle.touch(at(500)).is_none(), "the page asks");
        assert_eq!(idle.countdown(at(500)), Some(60));
        assert!(idle.stay(at(510)).is_some());
        assert_eq!(idle.countdown(at(510)), None);
    }

    #[test]
    fn tabs_share_touches() {
        let mut idle = idle(Some(300));
        assert!(idle.touch(at(9)).is_none(), "not each of them");
        assert!(
            matches!(idle.touch(at(10)), Some(Effect::Store(StorageKey::LastTouch, text)) if text == "1000010")
        );
        idle.touched_elsewhere(Some("1000400"), at(400));
        assert_eq!(idle.countdown(at(699)), None);
        for nonsense in [Some("1000900"), Some("x"), Some(""), None] {
            idle.touched_elsewhere(nonsense, at(700));
            assert_eq!(idle.countdown(at(700)), Some(60), "{nonsense:?}");
        }
        assert!(Idle::new(Some(300), Some("1000000"), at(3_600)).is_over(at(3_600)), "the device slept");
        assert!(!Idle::new(Some(300), Some("1009999"), at(0)).is_over(at(0)), "a clock was set back");
    }
}
