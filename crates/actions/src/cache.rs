//! `api.cache`: small texts that an Action keeps from one log-in to the next, for as long as the program runs. Each Action has
//! its own; nothing but text passes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde_json::{Value, json};

/// Texts of one Action.
const MAX_ENTRIES: usize = 1_000;
/// Of a key, in bytes.
const MAX_KEY_LENGTH: usize = 256;
/// Of a text, in bytes.
const MAX_VALUE_LENGTH: usize = 4_096;
/// Of the arguments of one call, as JSON: no key and text that are kept have more, however they are escaped.
const MAX_CALL_LENGTH: usize = 32 << 10;
/// Fifteen minutes, when the Action does not say.
const DEFAULT_LIFETIME_MS: u64 = 15 * 60 * 1_000;
/// One day, whatever it says.
const MAX_LIFETIME_MS: u64 = 24 * 3_600 * 1_000;

/// By Action and key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cache(Arc<Mutex<HashMap<String, HashMap<String, Entry>>>>);

#[derive(Debug)]
struct Entry {
    value: String,
    /// Milliseconds since 1970.
    expires: u64,
}

impl Cache {
    /// `get`, `set` or `delete`, with the arguments of the script as a JSON array; what it gets back.
    pub(crate) fn call(&self, script: &str, name: &str, arguments: &str) -> Option<Value> {
        let error = |code: &str| Some(json!({ "type": "error", "code": code }));
        if arguments.len() > MAX_CALL_LENGTH {
            return match name {
                "get" => None,
                "delete" => error("CacheKeySizeExceeded"),
                _ => error("CacheValueSizeExceeded"),
            };
        }
        let arguments: Vec<Value> = serde_json::from_str(arguments).unwrap_or_default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let now = u64::try_from(now.as_millis()).ok()?;
        let key = arguments.first().and_then(Value::as_str).filter(|key| key.len() <= MAX_KEY_LENGTH);
        let mut all = self.0.lock();
        let entries = all.entry(script.to_owned()).or_default();
        entries.retain(|_, entry| now < entry.expires);
        let Some(key) = key else {
            return if name == "get" { None } else { error("CacheKeySizeExceeded") };
        };
        match name {
            "get" => entries.get(key).map(shown),
            "delete" => {
                entries.remove(key);
                Some(json!({ "type": "success" }))
            }
            _ => {
                let Some(value) =
                    arguments.get(1).and_then(Value::as_str).filter(|value| value.len() <= MAX_VALUE_LENGTH)
                else {
                    return error("CacheValueSizeExceeded");
                };
                let option = |name: &str| {
                    arguments.get(2).and_then(|options| options.get(name)).and_then(Value::as_u64)
                };
                let lives = option("ttl").map(|ttl| now.saturating_add(ttl));
                let expires = option("expires_at")
                    .or(lives)
                    .unwrap_or(now + DEFAULT_LIFETIME_MS)
                    .min(now + MAX_LIFETIME_MS);
                if expires <= now {
                    return error("ItemAlreadyExpired");
                }
                if entries.len() >= MAX_ENTRIES && !entries.contains_key(key) {
                    return error("CacheSizeExceeded");
                }
                let entry = Entry { value: value.to_owned(), expires };
                let record = shown(&entry);
                entries.insert(key.to_owned(), entry);
                Some(json!({ "type": "success", "record": record }))
            }
        }
    }
}

fn shown(entry: &Entry) -> Value {
    json!({ "value": entry.value, "expires_at": entry.expires })
}
