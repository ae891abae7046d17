//! Paired phones. A pairing is a cookie of its own and never the session of the log-in tab: a second factor that the
//! first one brings along would be none.

use std::collections::HashMap;

use crate::random::{self, Fingerprint};

/// More phones than one person carries; the oldest goes first.
const PER_CUSTOMER: usize = 10;

/// How long a password is good for until the code follows, in seconds.
const PATIENCE: u64 = 600;

#[derive(Debug, Clone)]
pub(crate) struct Phone {
    pub(crate) sub: String,
    /// Stands in every form of this phone's pages.
    pub(crate) form_token: String,
    pub(crate) paired: u64,
    expires: u64,
}

#[derive(Default)]
pub(crate) struct Phones {
    paired: HashMap<Fingerprint, Phone>,
    /// Devices on which the right password was given, and that have yet to show a code: whose, and until when. By the
    /// cookie of their pairing form.
    pending: HashMap<Fingerprint, (String, u64)>,
}

impl Phones {
    pub(crate) fn pair(&mut self, sub: &str, cookie: &str, (now, lifetime): (u64, u64)) {
        self.paired.retain(|_, phone| now < phone.expires);
        while self.paired.values().filter(|phone| phone.sub == sub).count() >= PER_CUSTOMER {
            let own = self.paired.iter().filter(|(_, phone)| phone.sub == sub);
            let Some(oldest) = own.min_by_key(|(_, phone)| phone.expires).map(|(key, _)| *key) else { break };
            self.paired.remove(&oldest);
        }
        let form_token = random::secret();
        let phone = Phone { sub: sub.to_owned(), form_token, paired: now, expires: now + lifetime };
        self.paired.insert(Fingerprint::of(cookie), phone);
    }

    pub(crate) fn by_cookie(&self, cookie: &str, now: u64) -> Option<&Phone> {
        self.paired.get(&Fingerprint::of(cookie)).filter(|phone| now < phone.expires)
    }

    pub(crate) fn unpair(&mut self, cookie: &str) {
        self.paired.remove(&Fingerprint::of(cookie));
    }
    /// How many phones the customer has paired.
    pub(crate) fn count(&self, sub: &str, now: u64) -> usize {
        self.paired.values().filter(|phone| phone.sub == sub && now < phone.expires).count()
    }
    /// The password was right on this device.
    pub(crate) fn begin(&mut self, sub: &str, pairing: &str, now: u64) {
        self.pending.retain(|_, (_, until)| now < *until);
        self.pending.insert(Fingerprint::of(pairing), (sub.to_owned(), now + PATIENCE));
    }

    /// Whose password was given on this device.
    pub(crate) fn pending(&self, pairing: &str, now: u64) -> Option<&str> {
        let (sub, until) = self.pending.get(&Fingerprint::of(pairing))?;
        (now < *until).then_some(sub)
    }

    pub(crate) fn forget_pending(&mut self, pairing: &str) {
        self.pending.remove(&Fingerprint::of(pairing));
    }
}
