//! An authenticator app (RFC 6238), on the customer's desk.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

use crate::{Page, TestError};

/// Seconds for which a code is shown.
const STEP: u64 = 30;

/// Shows codes for one key.
#[derive(Debug)]
pub struct Authenticator {
    key: hmac::Key,
    /// The step of the last code that was typed: no code is good twice.
    last: u64,
}

impl Authenticator {
    /// Its owner types the key in that a page shows.
    pub async fn typed_from(page: &Page) -> Result<Self, TestError> {
        let shown = page.css("#key").text().await?;
        let key = BASE32_NOPAD
            .decode(shown.replace(' ', "").as_bytes())
            .map_err(|error| TestError::permanent(format!("{shown:?} is no key in base32: {error}")))?;
        Ok(Self::with_key(&key))
    }

    /// It has that key already.
    pub(crate) fn with_key(key: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key), last: 0 }
    }

    /// The code that it shows so much later.
    pub(crate) fn code_ahead(&self, ahead: Duration) -> Result<String, TestError> {
        self.at(step_after(ahead)?)
    }

    /// The code that it shows now, or the next one when this one was typed before: the provider's clock may be so much
    /// ahead.
    pub fn code(&mut self) -> Result<String, TestError> {
        self.last = step_now()?.max(self.last + 1);
        self.at(self.last)
    }

    /// A code that it shows in none of the minutes around this one.
    pub fn no_code(&self) -> Result<String, TestError> {
        let step = step_now()?;
        let near = (step - 4..=step + 4).map(|step| self.at(step)).collect::<Result<Vec<_>, _>>()?;
        let other = (0..100).map(|n| format!("{n:06}")).find(|code| !near.contains(code));
        other.ok_or_else(|| TestError::permanent("a hundred codes are near"))
    }

    /// RFC 4226, 5.3.
    fn at(&self, step: u64) -> Result<String, TestError> {
        let tag = hmac::sign(&self.key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or_default() & 15);
        let four = tag.get(offset..offset + 4).and_then(|four| <[u8; 4]>::try_from(four).ok());
        let four = four.ok_or_else(|| TestError::permanent("the tag is too short"))?;
        Ok(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
    }
}

/// How many steps there were since 1970.
fn step_now() -> Result<u64, TestError> {
    step_after(Duration::ZERO)
}

fn step_after(ahead: Duration) -> Result<u64, TestError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .map(|since| (since + ahead).as_secs() / STEP)
        .map_err(|error| TestError::permanent(error.to_string()))
}
