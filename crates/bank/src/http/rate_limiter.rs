//! How many orders a customer may send, and how often one may read: the generic cell rate algorithm (a token bucket that is
//! one number for each customer), in memory. Each bank process counts for itself.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::ledger::Customer;

/// Seconds.
const MINUTE: u64 = 60;
/// Customers that are remembered from each of the last two minutes: 5 MB at most.
const MAX_CUSTOMERS: usize = 100_000;

/// The customer may try again in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateLimitExceeded {
    pub(crate) kind: &'static str,
    pub(crate) retry_after: u64,
}

/// Counts the orders of each customer. Clones share the counts.
#[derive(Clone)]
pub(crate) struct RateLimiter {
    /// What is counted, in the plural.
    kind: &'static str,
    /// `None`: there is no limit.
    per_minute: Option<u64>,
    buckets: Arc<Mutex<Buckets>>,
}

/// When each customer's bucket is full again, by a keyed hash of issuer and subject: it takes 16 bytes however long they are,
/// and no customer can choose whose bucket to share. Times are in parts of a second, of which there are `per_minute`, so that an
/// order costs a whole number of them: 60.
#[derive(Default)]
struct Buckets {
    hasher: RandomState,
    recent: HashMap<u64, u64>,
    /// Those who have sent nothing since `since`. After a minute without requests a bucket is full, like that of an unknown
    /// customer.
    before: HashMap<u64, u64>,
    since: u64,
}

impl RateLimiter {
    /// Lets each customer send so many orders at once, and as many in each minute; 0 for any number.
    pub(crate) fn new(kind: &'static str, per_minute: u32) -> Self {
        let per_minute = Some(u64::from(per_minute)).filter(|limit| *limit > 0);
        Self { kind, per_minute, buckets: Arc::default() }
    }

    /// Counts an order of this customer at the time `now` (Unix seconds), if they may send one. A refused one is not
    /// counted, so that one after `retry_after` is admitted.
    pub(crate) fn admit(&self, customer: &Customer, now: u64) -> Result<(), RateLimitExceeded> {
        let Some(per_minute) = self.per_minute else { return Ok(()) };
        let mut buckets = self.buckets.lock();
        buckets.forget(now);
        let key = buckets.hasher.hash_one((&customer.issuer, &customer.subject));
        let known = buckets.recent.get(&key).or_else(|| buckets.before.get(&key)).copied();
        let now = now.saturating_mul(per_minute);
        let latest = now.saturating_add(MINUTE * per_minute);
        // A clock that was set back must not lock anybody out for longer than an empty bucket does.
        let known = known.unwrap_or_default().clamp(now, latest);
        let full_at = known.saturating_add(MINUTE);
        if let Some(early @ 1..) = full_at.checked_sub(latest) {
            buckets.recent.insert(key, known);
            return Err(RateLimitExceeded { kind: self.kind, retry_after: early.div_ceil(per_minute) });
        }
        buckets.recent.insert(key, full_at);
        Ok(())
    }
}

impl Buckets {
    fn forget(&mut self, now: u64) {
        let (passed, full) = (now.abs_diff(self.since) >= MINUTE, self.recent.len() >= MAX_CUSTOMERS);
        if passed || full {
            // Too many customers at once: the oldest buckets are forgotten early.
            self.before = std::mem::take(&mut self.recent);
            self.since = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_750_000_000;

    fn customer(subject: &str) -> Customer {
        Customer { issuer: "https://issuer.example/".into(), subject: subject.into() }
    }

    fn admitted(limiter: &RateLimiter, subject: &str, now: u64) -> usize {
        (0..1_000).take_while(|_| limiter.admit(&customer(subject), now).is_ok()).count()
    }

    #[test]
    fn bucket_empties_and_refills() {
        for per_minute in [1, 7, 30, 60, 90] {
            let limiter = RateLimiter::new("orders", per_minute);
            let full = usize::try_from(per_minute).unwrap();
            assert_eq!(admitted(&limiter, "ada", NOW), full);
            assert_eq!(admitted(&limiter, "ada", NOW + 30), full / 2, "{per_minute}");
            assert_eq!(admitted(&limiter, "ada", NOW + 90), full, "{per_minute}");
            assert_eq!(admitted(&limiter, "ada", NOW + 10_000), full);
        }
    }

    #[test]
    fn retry_after_is_exact() {
        for per_minute in [1, 7, 30, 60, 90, u32::MAX] {
            let limiter = RateLimiter::new("orders", per_minute);
            let mut now = NOW;
            for _ in 0..200 {
                if let Err(RateLimitExceeded { retry_after, .. }) = limiter.admit(&customer("ada"), now) {
                    assert!((1..=60).contains(&retry_after), "{per_minute}: {retry_after}");
                    assert!(limiter.admit(&customer("ada"), now + retry_after - 1).is_err());
                    now += retry_after;
                    assert_eq!(limiter.admit(&customer("ada"), now), Ok(()), "{per_minute}");
                }
            }
        }
    }

    #[test]
    fn counts_each_issuer_and_subject_separately() {
        let limiter = RateLimiter::new("orders", 2);
        assert_eq!(admitted(&limiter, "ada", NOW), 2);
        assert_eq!(admitted(&limiter, "ben", NOW), 2);
        let other = Customer { issuer: "https://other.example/".into(), subject: "ada".into() };
        assert_eq!(limiter.admit(&other, NOW), Ok(()));
    }

    #[test]
    fn zero_means_unlimited() {
        assert_eq!(admitted(&RateLimiter::new("orders", 0), "ada", NOW), 1_000);
    }

    #[test]
    fn recovers_when_clock_jumps() {
        for (before, after) in [(NOW, NOW - 86_400), (NOW, NOW + 86_400), (u64::MAX, NOW), (0, NOW)] {
            let limiter = RateLimiter::new("orders", 30);
            admitted(&limiter, "ada", before);
            let wait = limiter.admit(&customer("ada"), after).map_or_else(|it| it.retry_after, |()| 0);
            assert!(wait <= 2, "from {before} to {after}: {wait} seconds");
            assert_eq!(
                limiter.admit(&customer("ada"), after.saturating_add(wait)),
                Ok(()),
                "{before} {after}"
            );
        }
    }

    #[test]
    fn memory_is_bounded_and_idle_customers_are_forgotten() {
        let limiter = RateLimiter::new("orders", 1);
        let size = || {
            let buckets = limiter.buckets.lock();
            buckets.recent.len() + buckets.before.len()
        };
        for number in 0..MAX_CUSTOMERS * 3 {
            let _ = limiter.admit(&customer(&number.to_string()), NOW);
        }
        assert!(size() <= 2 * MAX_CUSTOMERS, "{}", size());
        for minute in 1..3 {
            let _ = limiter.admit(&customer("ada"), NOW + minute * MINUTE);
        }
        assert_eq!(size(), 2, "one entry from each minute, both of Ada's");
    }
}
