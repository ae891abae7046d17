//! The issuer's keys: cached, and fetched again when they are old or a `kid` is unknown, within a budget and one fetch at a
//! time. An outage of the issuer does not stop tokens with known keys.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use reqwest::{Certificate, Client, Url};

use super::error::{AuthError, InvalidToken};
use super::fetch_budget::{FetchBudget, MINUTE, REFILL_SECONDS};
use super::jwks::{self, KeyMap};
use super::verification_key::VerificationKey;
use crate::clock::Clock;
use crate::config::BankOpenError;

/// After this many seconds the keys are looked up again, so that a withdrawn one is forgotten.
const MAX_KEY_AGE: u64 = 600;
/// The `Retry-After` after a fetch that failed, in seconds.
const RETRY_AFTER: u64 = REFILL_SECONDS;
/// A fetch that takes longer has failed; callers wait for it.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// Key sets have a few kilobytes.
const MAX_KEY_SET_BYTES: usize = 256 * 1024;

/// The cached keys. Clones share the cache.
#[derive(Clone)]
pub(super) struct KeyCache(Arc<KeyCacheState>);

struct KeyCacheState {
    uri: Url,
    http: Client,
    clock: Arc<dyn Clock>,
    cache: RwLock<CachedKeys>,
    /// Held while fetching, so that there is one fetch at a time.
    fetches: tokio::sync::Mutex<FetchBudget>,
}

#[derive(Clone, Default)]
struct CachedKeys {
    /// Nothing until the first successful fetch.
    keys: Option<Arc<KeyMap>>,
    stale_at: u64,
    /// The number of the attempt that was begun last.
    begun: u64,
    /// The number of the attempt that ended last. A caller waits for one that began after its request, because an older one
    /// may have an older key set.
    ended: u64,
    failed: bool,
}

impl KeyCache {
    /// `authority`: the certificate that is trusted instead of those of the system.
    pub(super) fn new(
        uri: &str,
        authority: Option<&[u8]>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BankOpenError> {
        let wrong = || BankOpenError::JwksUri { value: uri.to_owned() };
        let uri = Url::parse(uri).map_err(|_| wrong())?;
        if !matches!(uri.scheme(), "http" | "https") {
            return Err(wrong());
        }
        // No redirects: they would let another server choose the keys.
        let mut http = Client::builder().timeout(FETCH_TIMEOUT).redirect(reqwest::redirect::Policy::none());
        if uri.scheme() == "http" {
            // Without TLS a machine needs no certificate authorities, and a bare one has none.
            http = http.tls_certs_only([]);
        } else if let Some(authority) = authority {
            let authority = Certificate::from_der(authority).map_err(BankOpenError::HttpClient)?;
            http = http.tls_certs_only([authority]);
        }
        if is_loopback(&uri) {
            // HTTP_PROXY is for other machines.
            http = http.no_proxy();
        }
        let http = http.build().map_err(BankOpenError::HttpClient)?;
        let (cache, fetches) = (RwLock::default(), tokio::sync::Mutex::default());
        Ok(Self(Arc::new(KeyCacheState { uri, http, clock, cache, fetches })))
    }

    /// The key with this name, from the cache if it is there.
    pub(super) async fn get(&self, kid: &str) -> Result<Arc<VerificationKey>, AuthError> {
        let seen = self.0.cache();
        if let Some(key) = seen.find(kid)
            && self.0.clock.now() < seen.stale_at
        {
            return Ok(key);
        }
        // A task of its own: a caller that disconnects does not cancel the fetch.
        let (shared, wanted) = (Arc::clone(&self.0), kid.to_owned());
        let refreshed = tokio::spawn(async move { shared.refresh(&wanted, seen.begun).await }).await;
        let cache = self.0.cache();
        if let Some(key) = cache.find(kid) {
            return Ok(key);
        }
        match refreshed {
            Ok(Ok(())) if !cache.failed => Err(InvalidToken::UnknownKey.into()),
            Ok(Err(retry_after)) => Err(AuthError::KeysUnavailable { retry_after }),
            _ => Err(AuthError::KeysUnavailable { retry_after: RETRY_AFTER }),
        }
    }
}

fn is_loopback(uri: &Url) -> bool {
    let host = uri.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl CachedKeys {
    fn find(&self, kid: &str) -> Option<Arc<VerificationKey>> {
        self.keys.as_ref()?.get(kid).cloned()
    }
}

impl KeyCacheState {
    fn cache(&self) -> CachedKeys {
        self.cache.read().clone()
    }

    /// Fetches the keys, unless another caller has begun and ended a fetch since this one looked (when `seen` were begun). When
    /// the budget is used up, the error is the number of seconds to wait.
    async fn refresh(&self, kid: &str, seen: u64) -> Result<(), u64> {
        let mut budget = self.fetches.lock().await;
        let (cache, now) = (self.cache(), self.clock.now());
        // A fetch that began earlier has an older key set: a key that it found counts, and one that is missing does not.
        if cache.ended > seen || (cache.find(kid).is_some() && now < cache.stale_at) {
            return Ok(());
        }
        budget.take(now)?;
        let number = {
            let mut cache = self.cache.write();
            cache.begun += 1;
            cache.begun
        };
        let fetched = self.fetch().await;
        let mut cache = self.cache.write();
        cache.ended = number;
        cache.failed = fetched.is_err();
        match fetched {
            Ok(keys) => {
                let known = cache.keys.as_deref();
                let is_news = keys.keys().any(|kid| known.is_none_or(|known| !known.contains_key(kid)));
                if is_news {
                    budget.refund();
                }
                count_fetch(if is_news { "news" } else { "same" });
                tracing::info!(keys = keys.len(), "fetched the issuer's keys");
                cache.keys = Some(Arc::new(keys));
                cache.stale_at = now + MAX_KEY_AGE;
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
            if body.len() + chunk.len() > MAX_KEY_SET_BYTES {
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

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer has status {0}, not 200")]
    Status(u16),
    #[error("the answer has more than {MAX_KEY_SET_BYTES} bytes")]
    TooLarge,
    #[error("the answer is no JSON Web Key Set")]
    NoKeySet,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_addresses_are_recognized() {
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
}
