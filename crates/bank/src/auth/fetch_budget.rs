//! How many fetches of the issuer's keys there may be: anybody can make up a `kid`.

use std::collections::VecDeque;

/// Five fetches may find nothing new at once, and then one more after so many seconds.
pub(super) const REFILL_SECONDS: u64 = 12;
/// Of any result.
const MAX_FETCHES_PER_MINUTE: usize = 30;
pub(super) const MINUTE: u64 = 60;

#[derive(Default)]
pub(super) struct FetchBudget {
    /// When those of the last minute began.
    began: VecDeque<u64>,
    /// When the whole burst is available again (the generic cell rate algorithm).
    full_at: u64,
}

impl FetchBudget {
    /// Takes one fetch, or says in how many seconds there will be one.
    pub(super) fn take(&mut self, now: u64) -> Result<(), u64> {
        // A clock that was set back must not lock the budget up: times in the future do not count.
        self.began.retain(|began| *began <= now && now - began < MINUTE);
        if let Some(oldest) = self.began.front().filter(|_| self.began.len() >= MAX_FETCHES_PER_MINUTE) {
            return Err(MINUTE - (now - oldest));
        }
        // Clamped to the next minute, so that a clock that was set back does not lock the budget up.
        self.full_at = self.full_at.clamp(now, now + MINUTE);
        if let Some(early @ 1..) = (self.full_at + REFILL_SECONDS).checked_sub(now + MINUTE) {
            return Err(early);
        }
        self.full_at += REFILL_SECONDS;
        self.began.push_back(now);
        Ok(())
    }

    /// The last fetch has found a new key: an issuer that rotates often does not use up what made-up names are allowed.
    pub(super) fn refund(&mut self) {
        self.full_at -= REFILL_SECONDS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_five_at_once_then_one_each_twelve_seconds() {
        let mut budget = FetchBudget::default();
        for second in 0..5 {
            assert_eq!(budget.take(1000 + second), Ok(()));
        }
        assert_eq!(budget.take(1005), Err(7));
        assert_eq!(budget.take(1011), Err(1));
        assert_eq!(budget.take(1012), Ok(()));
        assert_eq!(budget.take(1012), Err(12), "one after each twelve seconds");
        for second in 0..5 {
            assert_eq!(budget.take(2000 + second), Ok(()), "and after a minute five at once");
        }
    }

    /// Proves: jwks-frequent-rotation
    #[test]
    fn refunds_fetch_that_finds_new_key() {
        let mut budget = FetchBudget::default();
        for second in 0..4 {
            assert_eq!(budget.take(1000 + second), Ok(()));
        }
        for _ in 0..20 {
            assert_eq!(budget.take(1003), Ok(()));
            budget.refund();
        }
        assert_eq!(budget.take(1003), Ok(()), "the fifth that finds nothing");
        assert_eq!(budget.take(1003), Err(9));
        // An issuer that has a new key each time is not fetched without end either.
        let mut budget = FetchBudget::default();
        for _ in 0..MAX_FETCHES_PER_MINUTE {
            assert_eq!(budget.take(1000), Ok(()));
            budget.refund();
        }
        assert_eq!(budget.take(1000), Err(60));
        assert_eq!(budget.take(1059), Err(1));
        assert_eq!(budget.take(1060), Ok(()));
    }

    #[test]
    fn recovers_when_clock_is_set_back() {
        let mut budget = FetchBudget::default();
        for _ in 0..5 {
            assert_eq!(budget.take(5_000), Ok(()));
        }
        assert_eq!(budget.take(1_000), Err(12), "and not the hour that is missing");
        assert_eq!(budget.take(1_012), Ok(()));
    }
}
