//! The log itself, and a trace as a handle to record into. Recording takes one lock and no other, so that it may be done
//! under the store's.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use super::advice;
use super::advice::value::Advice;
use super::counters;
use super::event::Event;
use super::parameters;
use super::record::{Entry, Kind, Record};
use super::redaction::Redaction;
use super::registered::Registered;
use super::script;
use crate::clock::Clock;
use crate::config::{Config, LogAccess};
use crate::domain::Parameters;
use crate::random::{self, Fingerprint};

/// Shorter secrets are searched in what scripts have written, and nowhere else.
const MIN_SECRET_LENGTH: usize = 8;
/// The newest traces; older ones are forgotten.
pub(super) const MAX_TRACES: usize = 500;

pub(crate) struct Log {
    access: LogAccess,
    registered: Registered,
    /// How long a request may be under way, in milliseconds.
    request_lifetime_ms: u64,
    clock: Arc<dyn Clock>,
    state: Mutex<LogState>,
    changes: watch::Sender<bool>,
    /// Another at each start, so that no page takes the log of the next start for its own.
    start: String,
}

/// What is kept. A record that somebody reads is copied before it is written to.
#[derive(Default)]
struct LogState {
    records: VecDeque<Arc<Record>>,
    version: u64,
    public: Vec<String>,
    /// What no trace may tell, whatever it is about, by name.
    secrets: Vec<(String, String)>,
}

impl Log {
    pub(crate) fn open(config: &Config, clock: Arc<dyn Clock>, changes: watch::Sender<bool>) -> Self {
        let lifetimes = &config.lifetimes;
        Self {
            access: config.log,
            registered: Registered::of(config),
            request_lifetime_ms: 1_000 * (2 * lifetimes.log_in + lifetimes.push),
            clock,
            state: Mutex::default(),
            changes,
            start: random::identifier(),
        }
    }

    pub(crate) fn access(&self) -> LogAccess {
        self.access
    }

    pub(crate) fn registered(&self) -> &Registered {
        &self.registered
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now_ms()
    }

    /// A value that no trace may tell: a script's secret, for example.
    pub(crate) fn hide(&self, name: &str, secret: &str) {
        self.lock().secrets.push((name.to_owned(), secret.to_owned()));
    }

    /// Begins a trace that is about no request of a client.
    pub(crate) fn begin(self: &Arc<Self>, kind: Kind) -> Trace {
        self.begin_with(kind, Vec::new())
    }

    pub(crate) fn begin_request(
        self: &Arc<Self>,
        kind: Kind,
        endpoint: &str,
        parameters: &Parameters,
    ) -> Trace {
        let trace = self.begin_with(kind, parameters::secrets(parameters));
        trace.record(Event::Request {
            endpoint: endpoint.to_owned(),
            parameters: parameters::kept(parameters),
        });
        trace
    }

    /// The trace of a request at the token endpoint: the one that its code comes from, or a new one.
    pub(crate) fn begin_token(self: &Arc<Self>, endpoint: &str, parameters: &Parameters) -> Trace {
        let code = parameters.get("code").map(Fingerprint::of);
        let known = code.and_then(|code| self.find(|record| record.codes.contains(&code)));
        let Some(known) = known else { return self.begin_request(Kind::Token, endpoint, parameters) };
        self.change(&known.id, |record| record.secrets.extend(parameters::secrets(parameters)));
        let trace = Trace::of(Arc::clone(self), &known.id);
        trace.record(Event::Request {
            endpoint: endpoint.to_owned(),
            parameters: parameters::kept(parameters),
        });
        trace
    }

    /// The trace in which the access token with this `jti` was issued.
    pub(crate) fn of_token(self: &Arc<Self>, jti: &str) -> Option<Trace> {
        let issued = |entry: &Entry| match &entry.event {
            Event::TokenIssued { claims, .. } => claims.get("jti").is_some_and(|it| it == jti),
            _ => false,
        };
        let record = self.find(|record| record.events.iter().any(issued))?;
        Some(Trace::of(Arc::clone(self), &record.id))
    }

    fn begin_with(self: &Arc<Self>, kind: Kind, secrets: Vec<(String, String)>) -> Trace {
        if self.access == LogAccess::Off {
            return Trace::default();
        }
        let (id, now) = (random::identifier(), self.now());
        let mut record = Record::new(id.clone(), kind, now, now + self.request_lifetime_ms);
        record.secrets = secrets;
        let mut state = self.lock();
        while state.records.len() >= MAX_TRACES {
            state.records.pop_front();
        }
        state.records.push_back(Arc::new(record));
        drop(state);
        Trace::of(Arc::clone(self), &id)
    }

    fn record(&self, id: &str, mut event: Event) {
        let at = self.now();
        let mut guard = self.lock();
        let state = &mut *guard;
        if let Event::Keys { published, .. } = &event {
            state.public.clone_from(published);
        }
        let Some(record) = state.records.iter_mut().rev().find(|record| record.id == id) else { return };
        let secrets = state.secrets.iter().chain(&record.secrets);
        let secrets = secrets.map(|(name, value)| (name.as_str(), value.as_str()));
        script::hide_in_texts(&mut event, secrets.clone());
        // A shorter one would be found in every word of the tenant's own.
        let secrets: Vec<&str> =
            secrets.map(|(_, value)| value).filter(|it| it.len() >= MIN_SECRET_LENGTH).collect();
        let redaction = Redaction { secrets: &secrets, public: &state.public };
        let Some((entry, bytes)) =
            cleaned(at, event, redaction, |event| advice::advise(record, event, &self.registered))
        else {
            return;
        };
        Arc::make_mut(record).add(entry, bytes, &self.registered);
        state.version += 1;
        drop(guard);
        self.changes.send_modify(|_| {});
    }

    fn is_about_code(&self, id: &str, code: &str) {
        self.change(id, |record| record.codes.push(Fingerprint::of(code)));
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Record)) {
        if let Some(record) = self.lock().records.iter_mut().rev().find(|record| record.id == id) {
            change(Arc::make_mut(record));
        }
    }

    fn find(&self, wanted: impl Fn(&Record) -> bool) -> Option<Arc<Record>> {
        self.lock().records.iter().rev().find(|record| wanted(record)).cloned()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Record>> {
        self.find(|record| record.id == id)
    }

    pub(crate) fn records(&self) -> Vec<Arc<Record>> {
        self.lock().records.iter().rev().cloned().collect()
    }

    /// Names what the list shows, so that a page can wait for something else.
    pub(crate) fn version(&self) -> String {
        let version = self.lock().version;
        format!("{}-{version}", self.start)
    }

    fn lock(&self) -> MutexGuard<'_, LogState> {
        self.state.lock()
    }
}

/// A sentence as it may be written to the terminal.
pub(crate) fn redacted(sentence: &str) -> String {
    Redaction { secrets: &[], public: &[] }.text(sentence)
}

/// An event as a log keeps it whose secrets are these, by name.
pub(crate) fn clean(mut event: Event, secrets: &[(String, String)]) -> Option<Event> {
    let all = secrets.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    script::hide_in_texts(&mut event, all.clone());
    let long: Vec<&str> = all.map(|(_, value)| value).filter(|it| it.len() >= MIN_SECRET_LENGTH).collect();
    cleaned(0, event, Redaction { secrets: &long, public: &[] }, |_| None).map(|(entry, _)| entry.event)
}

/// The address of a script's request, as such a log keeps it.
pub(crate) fn clean_address(address: &str, secrets: &[(String, String)]) -> String {
    match clean(script::sent_to(address), secrets) {
        Some(Event::ScriptRun { mut requests, .. }) => requests.pop().map(|it| it.url).unwrap_or_default(),
        _ => String::new(),
    }
}

/// An event as it may be kept, with what is to be said about it, and the size of both as JSON.
fn cleaned(
    at: u64,
    event: Event,
    redaction: Redaction<'_>,
    advise: impl FnOnce(&Event) -> Option<Advice>,
) -> Option<(Entry, usize)> {
    let mut value = serde_json::to_value(event).ok()?;
    redaction.clean(&mut value);
    let event = serde_json::from_value(value).ok()?;
    // What is said quotes what was cleaned, and what is registered.
    let entry = Entry { at, advice: advise(&event), event };
    let bytes = serde_json::to_vec(&entry).ok()?.len();
    Some((entry, bytes))
}

/// Clones record into the same trace. The default records nowhere.
#[derive(Clone, Default)]
pub(crate) struct Trace(Option<(Arc<Log>, Arc<str>)>);

impl Trace {
    fn of(log: Arc<Log>, id: &str) -> Self {
        Self(Some((log, id.into())))
    }

    pub(crate) fn record(&self, event: Event) {
        counters::count(&event);
        if let Some((log, id)) = &self.0 {
            log.record(id, event);
        }
    }

    /// Remembers that this trace is about the code, so that whoever brings it is told of here.
    pub(crate) fn is_about_code(&self, code: &str) {
        if let Some((log, id)) = &self.0 {
            log.is_about_code(id, code);
        }
    }

    /// What its page is called, unless it records nowhere.
    pub(crate) fn id(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, id)| &**id)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Trace").field(&self.id().unwrap_or("nowhere")).finish()
    }
}
