//! A browser tab without a browser: carries out the core's effects on a map, and keeps requests until a test answers.

use std::collections::{BTreeMap, VecDeque};

use stepup::{
    Effect, Event, Session,
    effect::{Method, Request, RequestId, Slot, Timer},
    entropy::Entropy,
    event::{Answer, Boot, Field, NetworkError},
    time::Timestamp,
    view::{Screen, TransferView, View},
    web_url::Parts,
};
use url::Url;

use crate::world::{BANK, CONFIG};

/// Where the clock of every test starts.
pub(crate) const START: i64 = 1_700_000_000;

pub(crate) struct Tab {
    session: Session,
    pub(crate) storage: BTreeMap<String, String>,
    pub(crate) now: i64,
    /// Requests that nobody has answered yet.
    pub(crate) requests: VecDeque<(RequestId, Request)>,
    /// Where the browser was sent, when it was.
    pub(crate) gone: Option<Url>,
    pub(crate) timers: Vec<Timer>,
    /// Is every signature right?
    pub(crate) signatures: bool,
    /// Drawn on for each press of a button, so that no two draws are equal.
    seed: u8,
}

impl Default for Tab {
    fn default() -> Self {
        Self::new()
    }
}

impl Tab {
    pub(crate) fn new() -> Self {
        Self {
            session: Session::new(parse_url),
            storage: BTreeMap::new(),
            now: START,
            requests: VecDeque::new(),
            gone: None,
            timers: Vec::new(),
            signatures: true,
            seed: 0,
        }
    }

    /// Loads the page, as after a reload or a redirect: only the storage and the clock survive.
    pub(crate) fn load(&mut self, callback: Option<String>) {
        self.session = Session::new(parse_url);
        self.requests.clear();
        self.timers.clear();
        self.gone = None;
        let stored = |key: &str| self.storage.get(key).cloned();
        let boot = Boot {
            config: CONFIG.into(),
            origin: BANK.into(),
            callback,
            session: stored("session"),
            pending: stored("pending"),
            draft: stored("draft"),
            online: true,
            ..Boot::default()
        };
        self.happen(Event::Booted(boot));
    }

    pub(crate) fn happen(&mut self, event: Event) {
        for effect in self.session.update(event, Timestamp(self.now)) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Fetch(id, request) => {
                let stored = self.storage.contains_key("pending");
                assert!(request.method == Method::Get || stored, "sent before it was stored");
                self.requests.push_back((id, request));
            }
            Effect::Verify { check, .. } => {
                let outcome = Ok(self.signatures);
                self.happen(Event::Verified { check, outcome });
            }
            Effect::Store(slot, value) => drop(self.storage.insert(key(&slot), value)),
            Effect::Remove(slot) => drop(self.storage.remove(&key(&slot))),
            Effect::ForgetRequests => self.storage.retain(|key, _| !key.starts_with("request.")),
            Effect::Take(slot) => {
                let value = self.storage.remove(&key(&slot));
                self.happen(Event::Taken { slot, value });
            }
            Effect::Navigate(url) => self.gone = Url::parse(url.as_str()).ok(),
            Effect::Reload => self.load(None),
            Effect::Wake(timer, _) => self.timers.push(timer),
        }
    }

    pub(crate) fn answer(&mut self, request: RequestId, outcome: Result<Answer, NetworkError>) {
        self.happen(Event::Answered { request, outcome });
    }

    /// Fresh bytes, different at each call.
    pub(crate) fn entropy(&mut self) -> Entropy {
        self.seed = self.seed.wrapping_add(1);
        let mut bytes = [self.seed; Entropy::LEN];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte ^= u8::try_from(i).unwrap_or_default();
        }
        Entropy::new(bytes)
    }

    pub(crate) fn log_in(&mut self) {
        let entropy = self.entropy();
        self.happen(Event::LogIn(entropy));
    }

    pub(crate) fn confirm(&mut self) {
        let entropy = self.entropy();
        self.happen(Event::Confirm(entropy));
    }

    pub(crate) fn fill(&mut self, payee: &str, amount: &str, reference: &str) {
        for (field, text) in [(Field::Payee, payee), (Field::Amount, amount), (Field::Reference, reference)] {
            self.happen(Event::Edited(field, text.into()));
            self.happen(Event::Left(field));
        }
    }

    pub(crate) fn wake(&mut self) {
        for timer in std::mem::take(&mut self.timers) {
            self.happen(Event::Woke(timer));
        }
    }

    pub(crate) fn view(&self) -> View {
        self.session.view()
    }

    pub(crate) fn screen(&self) -> Screen {
        self.view().screen
    }

    /// The transfer, when the account page is up.
    pub(crate) fn transfer(&self) -> TransferView {
        match self.screen() {
            Screen::Account(account) => account.transfer,
            other => panic!("no account page: {other:?}"),
        }
    }

    pub(crate) fn has_request(&self) -> bool {
        self.storage.keys().any(|key| key.starts_with("request."))
    }
}

fn key(slot: &Slot) -> String {
    match slot {
        Slot::Session => "session".into(),
        Slot::Pending => "pending".into(),
        Slot::Draft => "draft".into(),
        Slot::Request(state) => format!("request.{}", state.as_str()),
    }
}

/// As the URL Standard has it, like a browser.
fn parse_url(text: &str) -> Option<Parts> {
    let url = Url::parse(text).ok()?;
    Some(Parts {
        protocol: format!("{}:", url.scheme()),
        username: url.username().into(),
        password: url.password().unwrap_or_default().into(),
        hostname: url.host_str().unwrap_or_default().into(),
        href: url.into(),
    })
}
