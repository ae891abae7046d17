//! Paired phones. A pairing is a cookie of its own and never the session of the log-in tab: a second factor that the
//! first one brings along would be none.

use std::collections::HashMap;

use crate::random::{self, Fingerprint};

/// More phones than one person carries; the oldest goes first.
const PER_CUSTOMER: usize = 10;

#[derive(Debug, Clone)]
pub(crate) struct Phone {
    pub(crate) sub: String,
    /// Stands in every form of this phone's pages.
    pub(crate) form_token: String,
    expires: u64,
}

#[derive(Default)]
pub(crate) struct Phones(HashMap<Fingerprint, Phone>);

impl Phones {
    pub(crate) fn pair(&mut self, sub: &str, cookie: &str, (now, lifetime): (u64, u64)) {
        self.0.retain(|_, phone| now < phone.expires);
        while self.0.values().filter(|phone| phone.sub == sub).count() >= PER_CUSTOMER {
            let own = self.0.iter().filter(|(_, phone)| phone.sub == sub);
            let Some(oldest) = own.min_by_key(|(_, phone)| phone.expires).map(|(key, _)| *key) else { break };
            self.0.remove(&oldest);
        }
        let phone = Phone { sub: sub.to_owned(), form_token: random::secret(), expires: now + lifetime };
        self.0.insert(Fingerprint::of(cookie), phone);
    }

    pub(crate) fn by_cookie(&self, cookie: &str, now: u64) -> Option<&Phone> {
        self.0.get(&Fingerprint::of(cookie)).filter(|phone| now < phone.expires)
    }

    /// Whether this customer has one.
    pub(crate) fn has(&self, sub: &str, now: u64) -> bool {
        self.0.values().any(|phone| phone.sub == sub && now < phone.expires)
    }

    pub(crate) fn unpair(&mut self, cookie: &str) {
        self.0.remove(&Fingerprint::of(cookie));
    }
}
