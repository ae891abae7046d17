//! Wrong passwords, counted by what was typed and by where it came from, so that the answer is the same whether there is
//! such a customer or not.

use std::collections::HashMap;

use crate::random::Fingerprint;

const CAPACITY: usize = 10_000;

/// Come back in so many seconds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LockedOut {
    pub(crate) wait: u64,
}

/// How many attempts there may be, within how many seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttemptLimit {
    pub(crate) attempts: usize,
    pub(crate) window: u64,
}

/// How often the wait doubles: from a window of 15 minutes to two hours.
const MAX_DOUBLINGS: u32 = 3;

#[derive(Default)]
pub(crate) struct FailedLogIns(HashMap<Fingerprint, Attempts>);

#[derive(Debug, Default)]
struct Attempts {
    times: Vec<u64>,
    /// Lock-outs in a row.
    lock_outs: u32,
    /// The end of the last one.
    locked_until: u64,
}

impl FailedLogIns {
    /// Counts an attempt *before* the password is looked at: a hundred guesses in parallel must not all be let in
    /// because none of them has failed yet. Who comes back from a lock-out and fails as often again waits twice as long.
    pub(crate) fn admit(&mut self, who: &str, allowed: AttemptLimit, now: u64) -> Result<(), LockedOut> {
        let key = Fingerprint::of(who);
        if !self.0.contains_key(&key) && self.0.len() >= CAPACITY {
            self.make_room(allowed.window, now);
        }
        let attempts = self.0.entry(key).or_default();
        if now < attempts.locked_until {
            return Err(LockedOut { wait: attempts.locked_until - now });
        }
        if !attempts.is_relevant(allowed.window, now) {
            attempts.lock_outs = 0;
        }
        attempts.times.retain(|time| now < time + allowed.window);
        if attempts.times.len() >= allowed.attempts {
            let oldest = attempts.times.first().copied().unwrap_or(now);
            let wait = (oldest + allowed.window).saturating_sub(now) << attempts.lock_outs.min(MAX_DOUBLINGS);
            attempts.times.clear();
            attempts.lock_outs = attempts.lock_outs.saturating_add(1);
            attempts.locked_until = now + wait;
            return Err(LockedOut { wait });
        }
        attempts.times.push(now);
        Ok(())
    }

    /// The password was right: what came before were slips of the same person.
    pub(crate) fn forget(&mut self, who: &str) {
        self.0.remove(&Fingerprint::of(who));
    }

    /// This attempt was none after all; those before it were.
    pub(crate) fn undo_attempt(&mut self, who: &str) {
        if let Some(attempts) = self.0.get_mut(&Fingerprint::of(who)) {
            attempts.times.pop();
        }
    }

    fn make_room(&mut self, window: u64, now: u64) {
        self.0.retain(|_, attempts| attempts.is_relevant(window, now));
        if self.0.len() >= CAPACITY {
            let oldest = self.0.iter().min_by_key(|(_, attempts)| attempts.last()).map(|(key, _)| *key);
            oldest.and_then(|key| self.0.remove(&key));
        }
    }
}

impl Attempts {
    /// When something last happened, or is over.
    fn last(&self) -> u64 {
        self.times.last().copied().unwrap_or_default().max(self.locked_until)
    }

    /// Whether anything of it still counts. A lock-out is forgotten after as long as the longest may be.
    fn is_relevant(&self, window: u64, now: u64) -> bool {
        let memory = if self.lock_outs == 0 { window } else { window << MAX_DOUBLINGS };
        now < self.last() + memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: AttemptLimit = AttemptLimit { attempts: 3, window: 100 };

    /// Fails until there is a wait, and gives it.
    fn fail_until_locked_out(failures: &mut FailedLogIns, now: u64) -> u64 {
        for _ in 0..ALLOWED.attempts {
            failures.admit("who", ALLOWED, now).unwrap();
        }
        failures.admit("who", ALLOWED, now).unwrap_err().wait
    }

    #[test]
    fn repeated_lock_outs_double_up_to_limit() {
        let mut failures = FailedLogIns::default();
        let mut now = 1_000;
        for wait in [100, 200, 400, 800, 800] {
            assert_eq!(fail_until_locked_out(&mut failures, now), wait);
            let later = failures.admit("who", ALLOWED, now + wait - 1);
            assert_eq!(later, Err(LockedOut { wait: 1 }), "asking does not make it longer");
            now += wait;
        }
        failures.forget("who");
        assert_eq!(fail_until_locked_out(&mut failures, now), 100, "the right password");
        now += 100 + 800;
        assert_eq!(fail_until_locked_out(&mut failures, now), 100, "a calm time");
    }

    #[test]
    fn full_table_drops_oldest_but_not_locked_out() {
        let mut failures = FailedLogIns::default();
        fail_until_locked_out(&mut failures, 1_000);
        for n in 0..CAPACITY + 20 {
            failures.admit(&format!("{n}"), ALLOWED, 1_001).unwrap();
        }
        assert_eq!(failures.0.len(), CAPACITY);
        assert!(failures.admit("who", ALLOWED, 1_099).is_err());
    }
}
