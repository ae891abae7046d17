//! Who is logged in, in which browser. The cookie's value changes at every log-in, so that a value planted before
//! is worth nothing after it.

use crate::domain::{ReportedSession, Session};
use crate::persistence::{DurableError, Journal, Loaded, Record, Table};
use crate::random::Fingerprint;

/// More browsers than one person uses; the oldest goes first.
const MAX_PER_CUSTOMER: usize = 20;

impl Record for Session {
    const KIND: &'static str = "session";
}

impl Record for ReportedSession {
    const KIND: &'static str = "reported-session";
}

#[derive(Default)]
pub(crate) struct Sessions {
    /// By the fingerprints of their cookies.
    open: Table<Session>,
    /// By their `sid`.
    reported: Table<ReportedSession>,
}

/// The cookie of a session that begins, and its `sid` unless it continues another.
pub(crate) struct NewSession<'a> {
    pub(crate) cookie: &'a str,
    pub(crate) sid: String,
}

impl Sessions {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Ok(Self { open: Table::load(loaded, journal)?, reported: Table::load(loaded, journal)? })
    }

    pub(crate) fn by_cookie(&self, cookie: &str, now: u64) -> Option<&Session> {
        self.open.get(&key(cookie)).filter(|session| now < session.expires)
    }

    pub(crate) fn by_sid(&self, sid: &str, now: u64) -> Option<&Session> {
        let mut found = self.open.select(|session| session.sid == sid && now < session.expires);
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
        self.open.retain(|_, session| now < session.expires);
        let before = before.and_then(|cookie| self.end(cookie)).filter(|session| session.sub == sub);
        let sid = before.map_or(new.sid, |session| session.sid);
        self.open.make_room(MAX_PER_CUSTOMER, |session| session.sub == sub, |session| session.auth_time);
        let session = Session { sid, sub: sub.to_owned(), auth_time: now, expires: now + lifetime };
        self.open.insert(key(new.cookie), session.clone());
        session
    }

    pub(crate) fn end(&mut self, cookie: &str) -> Option<Session> {
        self.open.remove(&key(cookie))
    }

    /// Ends the session with this `sid`, whatever its cookie is now, and its access tokens, the last of which would be good
    /// until then.
    pub(crate) fn report(&mut self, sid: &str, until: u64, now: u64) {
        self.open.retain(|_, session| session.sid != sid);
        self.reported.retain(|_, reported| now < reported.until);
        self.reported.insert(sid.to_owned(), ReportedSession { until });
    }

    pub(crate) fn is_reported(&self, sid: &str, now: u64) -> bool {
        self.reported.get(sid).is_some_and(|reported| now < reported.until)
    }

    /// Ends all sessions of a customer; gives their `sid`s.
    pub(crate) fn end_customer(&mut self, sub: &str) -> Vec<String> {
        let ended = self.open.select(|session| session.sub == sub);
        let ended = ended.map(|(_, session)| session.sid.clone()).collect();
        self.open.retain(|_, session| session.sub != sub);
        ended
    }

    pub(crate) fn clear(&mut self) {
        self.open.retain(|_, _| false);
        self.reported.retain(|_, _| false);
    }
}

fn key(cookie: &str) -> String {
    Fingerprint::of(cookie).text()
}
