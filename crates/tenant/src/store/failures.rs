//! Wrong passwords, counted by what was typed and by where it came from, so that the answer is the same whether there is
//! such a customer or not.

use std::collections::HashMap;

use crate::random::Fingerprint;

const CAPACITY: usize = 10_000;

/// Come back in so many seconds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooManyAttempts {
    pub(crate) wait: u64,
}

/// How many attempts there may be, within how many seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub(crate) attempts: usize,
    pub(crate) window: u64,
}

/// The times of the recent attempts, by e-mail address or by peer.
#[derive(Default)]
pub(crate) struct Failures(HashMap<Fingerprint, Vec<u64>>);

impl Failures {
    /// Counts an attempt *before* the password is looked at: a hundred guesses in parallel must not all be let in
    /// because none of them has failed yet.
    pub(crate) fn admit(&mut self, who: &str, allowed: Allowance, now: u64) -> Result<(), TooManyAttempts> {
        let recent = |time: &u64| now < time + allowed.window;
        let key = Fingerprint::of(who);
        if !self.0.contains_key(&key) && self.0.len() >= CAPACITY {
            self.make_room(recent);
        }
        let times = self.0.entry(key).or_default();
        times.retain(recent);
        if times.len() >= allowed.attempts {
            let oldest = times.first().copied().unwrap_or(now);
            return Err(TooManyAttempts { wait: (oldest + allowed.window).saturating_sub(now) });
        }
        times.push(now);
        Ok(())
    }

    /// The password was right: what came before were slips of the same person.
    pub(crate) fn forget(&mut self, who: &str) {
        self.0.remove(&Fingerprint::of(who));
    }

    /// This attempt was none after all; those before it were.
    pub(crate) fn take_back(&mut self, who: &str) {
        if let Some(times) = self.0.get_mut(&Fingerprint::of(who)) {
            times.pop();
        }
    }

    fn make_room(&mut self, recent: impl Fn(&u64) -> bool) {
        self.0.retain(|_, times| times.last().is_some_and(&recent));
        if self.0.len() >= CAPACITY {
            let oldest = self.0.iter().min_by_key(|(_, times)| times.last().copied()).map(|(key, _)| *key);
            oldest.and_then(|key| self.0.remove(&key));
        }
    }
}
