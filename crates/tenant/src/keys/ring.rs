//! The keys as a running tenant uses them. A rotation is noticed at the next use: the files say when they were changed,
//! and asking them costs less than a signature by far.

use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use parking_lot::{Mutex, MutexGuard};

use super::rotation::{self, RetiredKey};
use super::signing_key::{Jwk, KEY_FILE, KeyError, NEXT_FILE, RETIRED_FILE, SigningKey};
use crate::clock::Clock;
use crate::config::KeyStore;
use crate::log::{Kind, Log, events};

pub(crate) struct KeyRing {
    store: KeyStore,
    clock: Arc<dyn Clock>,
    log: Arc<Log>,
    keys: Mutex<Keys>,
}

#[derive(Clone)]
struct Keys {
    /// The one that signs.
    current: Arc<SigningKey>,
    /// The one that will.
    next: Option<Jwk>,
    retired: Vec<RetiredKey>,
    modified: ModificationTimes,
}

type ModificationTimes = [Option<SystemTime>; 3];

impl KeyRing {
    pub(crate) fn open(store: &KeyStore, clock: Arc<dyn Clock>, log: Arc<Log>) -> Result<Self, KeyError> {
        let keys = match store {
            KeyStore::Memory => Keys {
                current: Arc::new(SigningKey::in_memory()?),
                next: None,
                retired: Vec::new(),
                modified: ModificationTimes::default(),
            },
            KeyStore::Folder(folder) => {
                // At the first start both are made, each of which takes a processor its time.
                thread::scope(|scope| {
                    let next = scope.spawn(|| SigningKey::in_file(folder, NEXT_FILE).map(drop));
                    let current = SigningKey::in_file(folder, KEY_FILE).map(drop);
                    current.and(next.join().unwrap_or_else(|panic| resume_unwind(panic)))
                })?;
                read(folder)?
            }
        };
        let ring = Self { store: store.clone(), clock, log, keys: Mutex::new(keys) };
        ring.record_keys(&ring.keys(), false);
        Ok(ring)
    }

    pub(crate) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&self.keys().current)
    }

    /// All public keys, the one that signs first. One that has signed stays until its last token has expired.
    pub(crate) fn published(&self) -> Vec<Jwk> {
        let now = self.clock.now();
        self.keys().published(now)
    }

    /// Whether one of the keys that sign or have signed made this signature.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let now = self.clock.now();
        let keys = self.keys().clone();
        let retired = keys.retired.iter().filter(|key| now < key.until).map(|key| &key.jwk);
        [&keys.current.jwk].into_iter().chain(retired).any(|key| key.verifies(message, signature))
    }

    /// Writes down for the developer which keys there are.
    fn record_keys(&self, keys: &Keys, rotated: bool) {
        let published = keys.published(self.clock.now());
        let kids = published.iter().map(|key| key.kid().to_owned()).collect();
        self.log.begin(Kind::Keys).record(events::keys(kids, rotated));
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        let mut keys = self.keys.lock();
        if let KeyStore::Folder(folder) = &self.store
            && keys.modified != modified(folder)
        {
            match read(folder) {
                Ok(new) => {
                    tracing::info!(kid = new.current.kid(), "signing with another key from now on");
                    *keys = new;
                    self.record_keys(&keys, true);
                }
                Err(error) => {
                    tracing::error!(%error, "the signing keys have changed and cannot be read; the old ones stay");
                    keys.modified = modified(folder);
                }
            }
        }
        keys
    }
}

impl Keys {
    fn published(&self, now: u64) -> Vec<Jwk> {
        let retired = self.retired.iter().filter(|key| now < key.until).map(|key| &key.jwk);
        let mut published: Vec<Jwk> = Vec::new();
        for key in [&self.current.jwk].into_iter().chain(&self.next).chain(retired) {
            // In the middle of a rotation a key can be in two places.
            if !published.contains(key) {
                published.push(key.clone());
            }
        }
        published
    }
}

fn read(folder: &Path) -> Result<Keys, KeyError> {
    // First, so that what changes while they are read is noticed the next time.
    let modified = modified(folder);
    let next = folder.join(NEXT_FILE);
    Ok(Keys {
        current: Arc::new(SigningKey::read(&folder.join(KEY_FILE))?),
        // Between two steps of a rotation there is none.
        next: if next.exists() { Some(SigningKey::read(&next)?.jwk) } else { None },
        retired: rotation::retired(folder)?,
        modified,
    })
}

fn modified(folder: &Path) -> ModificationTimes {
    let changed = |name| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    [KEY_FILE, NEXT_FILE, RETIRED_FILE].map(changed)
}
