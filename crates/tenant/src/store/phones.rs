//! Paired phones. A pairing is a cookie of its own and never the session of the log-in tab: a second factor that the
//! first one brings along would be none.

use serde::{Deserialize, Serialize};

use crate::durable::{DurableError, Journal, Loaded, Record, Table};
use crate::random::Fingerprint;

/// More phones than one person carries; the oldest goes first.
const PER_CUSTOMER: usize = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Phone {
    pub(crate) sub: String,
    /// Stands in every form of this phone's pages. It comes of the cookie, so that it is the same after a restart.
    #[serde(skip)]
    pub(crate) form_token: String,
    expires: u64,
}

impl Record for Phone {
    const KIND: &'static str = "phone";
}

/// By the fingerprints of their cookies.
#[derive(Default)]
pub(crate) struct Phones(Table<Phone>);

impl Phones {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Table::load(loaded, journal).map(Self)
    }

    pub(crate) fn pair(&mut self, sub: &str, cookie: &str, (now, lifetime): (u64, u64)) {
        self.0.retain(|_, phone| now < phone.expires);
        while self.0.values().filter(|phone| phone.sub == sub).count() >= PER_CUSTOMER {
            let own = self.0.iter().filter(|(_, phone)| phone.sub == sub);
            let Some(oldest) = own.min_by_key(|(_, phone)| phone.expires).map(|(key, _)| key.to_owned())
            else {
                break;
            };
            self.0.remove(&oldest);
        }
        let phone = Phone { sub: sub.to_owned(), form_token: String::new(), expires: now + lifetime };
        self.0.insert(key(cookie), phone);
    }

    pub(crate) fn by_cookie(&self, cookie: &str, now: u64) -> Option<Phone> {
        let phone = self.0.get(&key(cookie)).filter(|phone| now < phone.expires)?;
        let form_token = Fingerprint::of(&format!("form {cookie}")).text();
        Some(Phone { form_token, ..phone.clone() })
    }

    pub(crate) fn unpair(&mut self, cookie: &str) {
        self.0.remove(&key(cookie));
    }
}

fn key(cookie: &str) -> String {
    Fingerprint::of(cookie).text()
}
