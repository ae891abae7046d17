//! The keys as a running tenant uses them. A rotation is noticed at the next use: the files say when they were changed,
//! and asking them costs less than a signature by far.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::rotation::{self, Retired};
use super::{Jwk, KEY_FILE, KeyError, NEXT_FILE, RETIRED_FILE, SigningKey};
use crate::Clock;
use crate::config::KeyStore;

pub(crate) struct KeyRing {
    store: KeyStore,
    clock: Arc<dyn Clock>,
    keys: Mutex<Keys>,
}

#[derive(Clone)]
struct Keys {
    /// The one that signs.
    current: Arc<SigningKey>,
    /// The one that will.
    next: Option<Jwk>,
    retired: Vec<Retired>,
    seen: Seen,
}

/// When each file was changed last.
type Seen = [Option<SystemTime>; 3];

impl KeyRing {
    pub(crate) fn open(store: &KeyStore, clock: Arc<dyn Clock>) -> Result<Self, KeyError> {
        let keys = match store {
            KeyStore::Memory => Keys {
                current: Arc::new(SigningKey::in_memory()?),
                next: None,
                retired: Vec::new(),
                seen: Seen::default(),
            },
            KeyStore::Folder(folder) => {
                SigningKey::in_file(folder, KEY_FILE)?;
                SigningKey::in_file(folder, NEXT_FILE)?;
                read(folder)?
            }
        };
        Ok(Self { store: store.clone(), clock, keys: Mutex::new(keys) })
    }

    /// The key that signs.
    pub(crate) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&self.keys().current)
    }

    /// All public keys, the one that signs first. One that has signed stays until its last token has expired.
    pub(crate) fn published(&self) -> Vec<Jwk> {
        let now = self.clock.now();
        let keys = self.keys();
        let retired = keys.retired.iter().filter(|key| now < key.until).map(|key| &key.jwk);
        let mut published: Vec<Jwk> = Vec::new();
        for key in [&keys.current.jwk].into_iter().chain(&keys.next).chain(retired) {
            // In the middle of a rotation a key can be in two places.
            if !published.contains(key) {
                published.push(key.clone());
            }
        }
        published
    }

    /// Whether one of the keys that sign or have signed made this signature.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let now = self.clock.now();
        let keys = self.keys().clone();
        let retired = keys.retired.iter().filter(|key| now < key.until).map(|key| &key.jwk);
        [&keys.current.jwk].into_iter().chain(retired).any(|key| key.verifies(message, signature))
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let KeyStore::Folder(folder) = &self.store
            && keys.seen != seen(folder)
        {
            match read(folder) {
                Ok(new) => {
                    tracing::info!(kid = new.current.kid(), "signing with another key from now on");
                    *keys = new;
                }
                Err(error) => {
                    tracing::error!(%error, "the signing keys have changed and cannot be read; the old ones stay");
                    keys.seen = seen(folder);
                }
            }
        }
        keys
    }
}

fn read(folder: &Path) -> Result<Keys, KeyError> {
    // First, so that what changes while they are read is noticed the next time.
    let seen = seen(folder);
    let next = folder.join(NEXT_FILE);
    Ok(Keys {
        current: Arc::new(SigningKey::read(&folder.join(KEY_FILE))?),
        // Between two steps of a rotation there is none.
        next: if next.exists() { Some(SigningKey::read(&next)?.jwk) } else { None },
        retired: rotation::retired(folder)?,
        seen,
    })
}

fn seen(folder: &Path) -> Seen {
    let changed = |name| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    [KEY_FILE, NEXT_FILE, RETIRED_FILE].map(changed)
}
