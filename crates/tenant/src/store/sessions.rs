//! Who is logged in, in which browser. The cookie's value changes at every log-in, so that a value planted before
//! is worth nothing after it.

use crate::domain::Session;
use crate::persistence::{DurableError, Journal, Loaded, Record, Table};
use crate::random::Fingerprint;

/// More browsers than one person uses; the oldest goes first.
const MAX_PER_CUSTOMER: usize = 20;

impl Record for Session {
    const KIND: &'static str = "session";
}

/// By the fingerprints of their cookies.
#[derive(Default)]
pub(crate) struct Sessions(Table<Session>);

/// The cookie of a session that begins, and its `sid` unless it continues another.
pub(crate) struct NewSession<'a> {
    pub(crate) cookie: &'a str,
    pub(crate) sid: String,
}

impl Sessions {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Table::load(loaded, journal).map(Self)
    }

    pub(crate) fn by_cookie(&self, cookie: &str, now: u64) -> Option<&Session> {
        self.0.get(&key(cookie)).filter(|session| now < session.expires)
    }

    pub(crate) fn by_sid(&self, sid: &str, now: u64) -> Option<&Session> {
        let mut found = self.0.select(|session| session.sid == sid && now < session.expires);
        found.next().map(|(_, session)| session)
    }

    /// Starts a session under the new cookie value and ends the one that the browser had before.
    pub(crate) fn log_in(
        &mut self,
        sub: &str,
        before: Option<&str>,
        new: NewSession<'_>,
        now: u64,
        lifetime: u64,
    ) -> Session {
        self.0.retain(|_, session| now < session.expires);
        let before = before.and_then(|cookie| self.end(cookie)).filter(|session| session.sub == sub);
        let sid = before.map_or(new.sid, |session| session.sid);
        self.0.make_room(MAX_PER_CUSTOMER, |session| session.sub == sub, |session| session.auth_time);
        let session = Session { sid, sub: sub.to_owned(), auth_time: now, expires: now + lifetime };
        self.0.insert(key(new.cookie), session.clone());
        session
    }

    pub(crate) fn end(&mut self, cookie: &str) -> Option<Session> {
        self.0.remove(&key(cookie))
    }

    /// Ends the session with this `sid`, whatever its cookie is now.
    pub(crate) fn end_sid(&mut self, sid: &str) {
        self.0.retain(|_, session| session.sid != sid);
    }
}

fn key(cookie: &str) -> String {
    Fingerprint::of(cookie).text()
}
