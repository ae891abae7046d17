//! The issuer's keys: cached, refetched when they are old or a `kid` is unknown, never more often than five times a
//! minute without finding a new one, and never twice at the same time. An outage of the issuer does not stop tokens with known keys.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::{Client, Url};

use super::jwks::{self, KeyMap};
use super::key::Key;
use super::{Refused, TokenError};
use crate::clock::Clock;
use crate::config::OpenError;

/// Five fetches may find nothing new at once, and then one more after so many seconds: anybody can make up a `kid`.
const REFILL: u64 = 12;
/// Fetches a minute in all, whatever the issuer answers.
const MAX_FETCHES: usize = 30;
const MINUTE: u64 = 60;
/// After this many seconds the keys are looked up again, so that a withdrawn one is forgotten.
const MAX_AGE: u64 = 600;
/// What a caller is told to wait, in seconds, when a fetch has failed.
const RETRY_AFTER: u64 = REFILL;
/// A fetch that takes longer has failed; callers wait for it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Key sets have a few kilobytes.
const MAX_BYTES: usize = 256 * 1024;

/// The cached keys. Clones share the cache.
#[derive(Clone)]
pub(super) struct Keys(Arc<Shared>);

struct Shared {
    uri: Url,
    http: Client,
    clock: Arc<dyn Clock>,
    cache: RwLock<Cache>,
    /// Held while fetching, so that there is one fetch at a time.
    fetches: tokio::sync::Mutex<Budget>,
}

#[derive(Clone, Default)]
struct Cache {
    /// Nothing until the first successful fetch.
    keys: Option<Arc<KeyMap>>,
    /// When to look again.
    stale_at: u64,
    /// The number of the attempt that was begun last.
    begun: u64,
    /// The number of the attempt that ended last. Whoever waits for one waits for one that began after they looked: an older
    /// one may bring what the issuer said before.
    ended: u64,
    /// Whether the last attempt failed.
    failed: bool,
}

/// How many fetches there may be.
#[derive(Default)]
struct Budget {
    /// When those of the last minute began.
    began: VecDeque<u64>,
    /// When as many as ever may find nothing new (the generic cell rate algorithm).
    full_at: u64,
}

impl Budget {
    /// Takes one fetch, or says in how many seconds there will be one.
    fn take(&mut self, now: u64) -> Result<(), u64> {
        // A clock that was set back must not lock the budget up: times in the future do not count.
        self.began.retain(|began| *began <= now && now - began < MINUTE);
        if let Some(oldest) = self.began.front().filter(|_| self.began.len() >= MAX_FETCHES) {
            return Err(MINUTE - (now - oldest));
        }
        // Kept within the minute, also when nothing is taken: see above.
        self.full_at = self.full_at.clamp(now, now + MINUTE);
        if let Some(early @ 1..) = (self.full_at + REFILL).checked_sub(now + MINUTE) {
            return Err(early);
        }
        self.full_at += REFILL;
        self.began.push_back(now);
        Ok(())
    }

    /// The fetch that was taken last has found a new key: an issuer that rotates often does not use up what made-up names are
    /// allowed.
    fn note_news(&mut self) {
        self.full_at -= REFILL;
    }
}

impl Keys {
    pub(super) fn new(uri: &str, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let wrong = || OpenError::JwksUri { value: uri.to_owned() };
        let uri = Url::parse(uri).map_err(|_| wrong())?;
        if !matches!(uri.scheme(), "http" | "https") {
            return Err(wrong());
        }
        // The address is pinned: whoever could redirect us could choose the keys.
        let mut http = Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
        if uri.scheme() == "http" {
            // Without TLS a machine needs no certificate authorities, and a bare one has none.
            http = http.tls_certs_only([]);
        }
        if is_loopback(&uri) {
            // HTTP_PROXY is for the world outside.
            http = http.no_proxy();
        }
        let http = http.build().map_err(OpenError::HttpClient)?;
        let (cache, fetches) = (RwLock::default(), tokio::sync::Mutex::default());
        Ok(Self(Arc::new(Shared { uri, http, clock, cache, fetches })))
    }

    /// The key with this name, from the cache if it is there.
    pub(super) async fn get(&self, kid: &str) -> Result<Arc<Key>, TokenError> {
        let seen = self.0.cache();
        if let Some(key) = seen.find(kid)
            && self.0.clock.now() < seen.stale_at
        {
            return Ok(key);
        }
        // A task of its own: a caller that goes away does not take the fetch, and one of the five, with it.
        let (shared, wanted) = (Arc::clone(&self.0), kid.to_owned());
        let refreshed = tokio::spawn(async move { shared.refresh(&wanted, seen.begun).await }).await;
        let cache = self.0.cache();
        if let Some(key) = cache.find(kid) {
            return Ok(key);
        }
        match refreshed {
            Ok(Ok(())) if !cache.failed => Err(Refused::UnknownKey.into()),
            Ok(Err(retry_after)) => Err(TokenError::KeysUnavailable { retry_after }),
            _ => Err(TokenError::KeysUnavailable { retry_after: RETRY_AFTER }),
        }
    }
}

fn is_loopback(uri: &Url) -> bool {
    let host = uri.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl Cache {
    fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.as_ref()?.get(kid).cloned()
    }
}

impl Shared {
    fn cache(&self) -> Cache {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the keys, unless somebody else has begun and ended it since the caller looked (`seen` were begun then), or the
    /// budget is used up; then the error is the number of seconds to wait.
    async fn refresh(&self, kid: &str, seen: u64) -> Result<(), u64> {
        let mut budget = self.fetches.lock().await;
        let (cache, now) = (self.cache(), self.clock.now());
        // One that began before brings what the issuer said before: what it found counts, and not what it did not find.
        if cache.ended > seen || (cache.find(kid).is_some() && now < cache.stale_at) {
            return Ok(());
        }
        budget.take(now)?;
        let number = {
            let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
            cache.begun += 1;
            cache.begun
        };
        let fetched = self.fetch().await;
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.ended = number;
        cache.failed = fetched.is_err();
        match fetched {
            Ok(keys) => {
                let known = cache.keys.as_deref();
                let is_news = keys.keys().any(|kid| known.is_none_or(|known| !known.contains_key(kid)));
                if is_news {
                    budget.note_news();
                }
                count_fetch(if is_news { "news" } else { "same" });
                tracing::info!(keys = keys.len(), "fetched the issuer's keys");
                cache.keys = Some(Arc::new(keys));
                cache.stale_at = now + MAX_AGE;
            }
            Err(error) => {
                count_fetch("failed");
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot fetch the issuer's keys");
                // Known keys stay good; in a minute there is another try.
                cache.stale_at = now + MINUTE;
            }
        }
        Ok(())
    }

    async fn fetch(&self) -> Result<KeyMap, FetchError> {
        let mut response = self.http.get(self.uri.clone()).send().await?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        jwks::parse(&body).ok_or(FetchError::NoKeySet)
    }
}

fn count_fetch(outcome: &'static str) {
    metrics::counter!("bank_key_fetches_total", "outcome" => outcome).increment(1);
}

/// Why there are no fresh keys.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer has status {0}, not 200")]
    Status(u16),
    #[error("the answer has more than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("the answer is no JSON Web Key Set")]
    NoKeySet,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        for (uri, expected) in [
            ("http://localhost:8090/", true),
            ("http://127.0.0.1:8090/", true),
            ("http://[::1]/", true),
            ("http://localhost.example/", false),
            ("https://tenant.eu.auth0.com/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(uri).unwrap()), expected, "{uri}");
        }
    }

    #[test]
    fn five_fetches_at_once_and_then_one_each_twelve_seconds() {
        let mut budget = Budget::default();
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
    fn a_fetch_that_finds_a_new_key_does_not_count_like_one_that_finds_nothing() {
        let mut budget = Budget::default();
        for second in 0..4 {
            assert_eq!(budget.take(1000 + second), Ok(()));
        }
        for _ in 0..20 {
            assert_eq!(budget.take(1003), Ok(()));
            budget.note_news();
        }
        assert_eq!(budget.take(1003), Ok(()), "the fifth that finds nothing");
        assert_eq!(budget.take(1003), Err(9));
        // An issuer that has a new key each time is not fetched without end either.
        let mut budget = Budget::default();
        for _ in 0..MAX_FETCHES {
            assert_eq!(budget.take(1000), Ok(()));
            budget.note_news();
        }
        assert_eq!(budget.take(1000), Err(60));
    }

    #[test]
    fn a_clock_set_back_does_not_lock_the_budget_up() {
        let mut budget = Budget::default();
        for _ in 0..5 {
            assert_eq!(budget.take(5_000), Ok(()));
        }
        assert_eq!(budget.take(1_000), Err(12), "and not the hour that is missing");
        assert_eq!(budget.take(1_012), Ok(()));
    }
}
