//! A new key signs. The old one stays published, and tokens that it signed are accepted, until the last of them has
//! expired; the one that signs now has been published since the rotation before.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file;
use super::signing_key::{Jwk, KEY_FILE, KeyError, LOCK_FILE, NEXT_FILE, RETIRED_FILE, SigningKey};

/// A running tenant may be signing while the files change.
const ROTATION_OVERLAP: u64 = 60;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RetiredKey {
    #[serde(flatten)]
    pub(super) jwk: Jwk,
    /// When the last token that it signed has expired (Unix seconds).
    pub(super) until: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    pub current: String,
    /// The `kid` of the key that will sign after the next rotation, published from now on.
    pub next: String,
    pub retired: String,
    /// Until when that one is published and believed (Unix seconds).
    pub until: u64,
}

/// Rotates the keys of a folder in which a tenant has made them; a running one notices. `lifetime` is that of the tokens
/// that live longest, in seconds.
pub fn rotate(folder: &Path, lifetime: u64, now: u64) -> Result<Rotation, KeyError> {
    let (current, next) = (folder.join(KEY_FILE), folder.join(NEXT_FILE));
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| KeyError::Io { path, source }
    };
    if !current.try_exists().map_err(failed(&current))? {
        return Err(KeyError::NoKey { folder: folder.to_owned() });
    }
    let lock = folder.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(&lock).map_err(failed(&lock))?;
    // Until this function ends: of two rotations the second begins where the first has ended.
    file.lock().map_err(failed(&lock))?;

    let old = SigningKey::read(&current)?.jwk;
    let new = SigningKey::in_file(folder, NEXT_FILE)?.jwk;
    // At every moment in between each key that signs or has signed is in some file.
    let until = now + lifetime + ROTATION_OVERLAP;
    let mut retired = retired(folder)?;
    retired.retain(|key| now < key.until && key.jwk != old);
    retired.push(RetiredKey { jwk: old.clone(), until });
    let path = folder.join(RETIRED_FILE);
    let json = serde_json::to_vec_pretty(&retired)
        .map_err(|source| KeyError::Retired { path: path.clone(), source })?;
    file::replace(&path, &json).map_err(failed(&path))?;
    fs::rename(&next, &current).map_err(failed(&current))?;
    let next = SigningKey::in_file(folder, NEXT_FILE)?.jwk;
    Ok(Rotation { current: new.kid, next: next.kid, retired: old.kid, until })
}

/// The keys that have signed and that nobody has taken off the list yet.
pub(super) fn retired(folder: &Path) -> Result<Vec<RetiredKey>, KeyError> {
    let path = folder.join(RETIRED_FILE);
    match fs::read(&path) {
        Ok(json) => serde_json::from_slice(&json).map_err(|source| KeyError::Retired { path, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(KeyError::Io { path, source }),
    }
}
