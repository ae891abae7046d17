//! Paired phones. A pairing is a cookie of its own and never the session of the log-in tab: a second factor that the
//! first one brings along would be none.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::persistence::{DurableError, Journal, Loaded, Record, Table};
use crate::random::Fingerprint;
use crate::web_push::Subscription;

/// More phones than one person carries; the oldest goes first.
const MAX_PER_CUSTOMER: usize = 10;

/// How long a password is good for until the code follows, in seconds.
const PAIRING_LIFETIME: u64 = 600;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Phone {
    pub(crate) sub: String,
    /// Stands in every form of this phone's pages. It comes of the cookie, so that it is the same after a restart.
    #[serde(skip)]
    pub(crate) csrf_token: String,
    #[serde(default)]
    pub(crate) paired: u64,
    expires: u64,
    /// Where its browser takes messages, if the customer wants them.
    #[serde(default)]
    pub(crate) subscription: Option<Subscription>,
}

impl Record for Phone {
    const KIND: &'static str = "phone";
}

/// By the fingerprints of their cookies.
#[derive(Default)]
pub(crate) struct Phones {
    paired: Table<Phone>,
    /// Devices on which the right password was given, and that have yet to show a code: whose, and until when. By the
    /// cookie of their pairing form.
    pending: HashMap<Fingerprint, (String, u64)>,
}

impl Phones {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Ok(Self { paired: Table::load(loaded, journal)?, pending: HashMap::new() })
    }

    pub(crate) fn pair(&mut self, sub: &str, cookie: &str, now: u64, lifetime: u64) {
        self.paired.retain(|_, phone| now < phone.expires);
        self.paired.make_room(MAX_PER_CUSTOMER, |phone| phone.sub == sub, |phone| phone.expires);
        let phone = Phone {
            sub: sub.to_owned(),
            csrf_token: String::new(),
            paired: now,
            expires: now + lifetime,
            subscription: None,
        };
        self.paired.insert(key(cookie), phone);
    }

    pub(crate) fn by_cookie(&self, cookie: &str, now: u64) -> Option<Phone> {
        let phone = self.paired.get(&key(cookie)).filter(|phone| now < phone.expires)?;
        let csrf_token = Fingerprint::of(&format!("form {cookie}")).text();
        Some(Phone { csrf_token, ..phone.clone() })
    }

    /// Has this phone told of its customer's requests, or not any more.
    pub(crate) fn subscribe(&mut self, cookie: &str, subscription: Option<Subscription>) {
        if let Some(mut phone) = self.paired.get_mut(&key(cookie)) {
            phone.subscription = subscription;
        }
    }

    pub(crate) fn subscriptions(&self, sub: &str, now: u64) -> Vec<Subscription> {
        let own = self.paired.select(|phone| phone.sub == sub && now < phone.expires);
        own.filter_map(|(_, phone)| phone.subscription.clone()).collect()
    }

    /// The browser has no such subscription any more.
    pub(crate) fn forget_subscription(&mut self, gone: &Subscription) {
        let with_it = self.paired.select(|phone| phone.subscription.as_ref() == Some(gone));
        let keys: Vec<String> = with_it.map(|(key, _)| key.to_owned()).collect();
        for key in keys {
            if let Some(mut phone) = self.paired.get_mut(&key) {
                phone.subscription = None;
            }
        }
    }

    pub(crate) fn unpair(&mut self, cookie: &str) {
        self.paired.remove(&key(cookie));
    }

    pub(crate) fn unpair_customer(&mut self, sub: &str) {
        self.paired.retain(|_, phone| phone.sub != sub);
    }

    pub(crate) fn clear(&mut self) {
        self.paired.retain(|_, _| false);
        self.pending.clear();
    }

    pub(crate) fn count(&self, sub: &str, now: u64) -> usize {
        self.paired.select(|phone| phone.sub == sub && now < phone.expires).count()
    }

    pub(crate) fn begin(&mut self, sub: &str, pairing: &str, now: u64) {
        self.pending.retain(|_, (_, until)| now < *until);
        self.pending.insert(Fingerprint::of(pairing), (sub.to_owned(), now + PAIRING_LIFETIME));
    }

    pub(crate) fn pending(&self, pairing: &str, now: u64) -> Option<&str> {
        let (sub, until) = self.pending.get(&Fingerprint::of(pairing))?;
        (now < *until).then_some(sub)
    }

    pub(crate) fn remove_pending(&mut self, pairing: &str) {
        self.pending.remove(&Fingerprint::of(pairing));
    }
}

fn key(cookie: &str) -> String {
    Fingerprint::of(cookie).text()
}
