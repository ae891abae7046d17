//! A browser tab without a browser: carries out the core's effects on a map, and keeps requests until a test answers.

use std::collections::{BTreeMap, VecDeque};

use stepup::{
    Effect, Event, Session,
    domain::{Bearer, Entropy, Field, Place, Timestamp, UrlParts},
    effect::{CheckId, Timer},
    event::Boot,
    http::{Body, HttpRequest, HttpResponse, Method, NetworkError, RequestId},
    oidc::PageUrl,
    storage::StorageKey,
    view::{PastTransfer, Screen, TransferView, View},
};
use url::Url;

use crate::{
    id_token_signer,
    servers::{BANK, CONFIG},
};

/// Where the clock of every test starts.
pub(crate) const START: i64 = 1_700_000_000;

/// A request on the wire: the text of everything in it, to be looked at as often as a test likes.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) authorization: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) json: Option<String>,
    pub(crate) form: Option<String>,
}

impl Sent {
    fn new(request: HttpRequest) -> Self {
        let (json, form) = match request.body {
            None => (None, None),
            Some(Body::Json(text)) => (Some(text), None),
            Some(Body::Form(form)) => (None, Some(form.into_text())),
        };
        Self {
            method: request.method,
            url: request.url.as_str().to_owned(),
            authorization: request.authorization.map(Bearer::into_header),
            idempotency_key: request.idempotency_key,
            json,
            form,
        }
    }

    /// The token in it; empty without one.
    pub(crate) fn token(&self) -> &str {
        self.authorization.as_deref().map_or("", |header| header.trim_start_matches("Bearer "))
    }
}

/// What a browser says about signatures. Really checking them takes longer than everything else together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signatures {
    Right,
    Wrong,
    /// Really checked, with RSA.
    Checked,
    /// Right when it reads "sig".
    Readable,
    /// The same, but only when a test says so: [`Tab::check`].
    Later,
}

pub(crate) struct Tab {
    pub(crate) session: Session,
    /// The configuration block.
    pub(crate) config: String,
    pub(crate) storage: BTreeMap<String, String>,
    /// What all tabs share.
    pub(crate) log_outs: Option<String>,
    pub(crate) now: i64,
    /// Requests that nobody has answered yet.
    pub(crate) requests: VecDeque<(RequestId, Sent)>,
    /// What the address bar has.
    pub(crate) address: String,
    /// The payments that were written into a file.
    pub(crate) exported: Option<Vec<PastTransfer>>,
    /// How many entries of the history the client has added.
    pub(crate) entries: usize,
    /// Where the browser was sent, when it was.
    pub(crate) gone: Option<Url>,
    /// What it was sent there with, as a form.
    pub(crate) submitted: Option<String>,
    pub(crate) timers: Vec<Timer>,
    /// For how long each of them was set, in milliseconds.
    pub(crate) waits: Vec<(Timer, u32)>,
    /// What the browser says about signatures.
    pub(crate) signatures: Signatures,
    /// How many it was asked about.
    pub(crate) checked: u32,
    /// Checks that are not done yet, with their outcome.
    pub(crate) checks: VecDeque<(CheckId, bool)>,
    /// What was taken out of the storage: under which name, and what was there.
    pub(crate) taken: Vec<(String, Option<String>)>,
    /// Drawn on for each press of a button, so that no two draws are equal.
    pub(crate) seed: u8,
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
            config: CONFIG.into(),
            storage: BTreeMap::new(),
            log_outs: None,
            now: START,
            requests: VecDeque::new(),
            address: "/".into(),
            entries: 0,
            exported: None,
            gone: None,
            submitted: None,
            timers: Vec::new(),
            waits: Vec::new(),
            signatures: Signatures::Right,
            checked: 0,
            checks: VecDeque::new(),
            taken: Vec::new(),
            seed: 0,
        }
    }

    /// A copy, as browsers make it of a tab: with what the tab had stored.
    pub(crate) fn duplicate(&self) -> Self {
        let (storage, log_outs, config) = (self.storage.clone(), self.log_outs.clone(), self.config.clone());
        let (address, seed) = (self.address.clone(), self.seed.wrapping_add(100));
        Self { config, storage, log_outs, address, now: self.now, seed, ..Self::new() }
    }

    /// Loads the page, as after a reload or a redirect: only the storage and the clock survive.
    /// `fragment`: that of the answer with which the provider sent the browser back.
    pub(crate) fn load(&mut self, fragment: Option<String>) {
        let url = PageUrl { path: self.address.clone(), ..PageUrl::default() };
        self.land(fragment.map_or(url, |fragment| PageUrl {
            path: "/callback".into(),
            query: String::new(),
            fragment,
        }));
    }

    /// The same at any address.
    pub(crate) fn land(&mut self, url: PageUrl) {
        // The page cleans an address that is none of its places before anything else runs.
        self.address = if Place::parse(&url.path).is_some() { url.path.clone() } else { "/".into() };
        self.session = Session::new(parse_url);
        self.requests.clear();
        self.timers.clear();
        self.gone = None;
        let entropy = Some(self.entropy());
        let stored = |key: &str| self.storage.get(key).cloned();
        let boot = Boot {
            config: self.config.clone(),
            origin: BANK.into(),
            url,
            session: stored("session"),
            pending: stored("pending"),
            draft: stored("draft"),
            logged_out_while_sending: stored("logged_out_while_sending").is_some(),
            logout_notice: stored("logout_notice"),
            last_touch: stored("last_touch"),
            log_outs: self.log_outs.clone(),
            place: stored("place"),
            entropy,
            online: true,
            ..Boot::default()
        };
        self.dispatch(Event::Booted(Box::new(boot)));
    }

    pub(crate) fn dispatch(&mut self, event: Event) {
        for effect in self.session.update(event, Timestamp(self.now)) {
            self.run_effect(effect);
        }
    }

    fn run_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Fetch(id, request) => {
                let stored = self.storage.contains_key("pending");
                assert!(
                    request.method == Method::Get
                        || request.body.is_none()
                        || request.url.as_str().starts_with("https://id.")
                        || request.url.as_str().contains("/payees/")
                        || stored,
                    "sent before it was stored"
                );
                self.requests.push_back((id, Sent::new(*request)));
            }
            Effect::Verify { check, token, key } => {
                self.checked += 1;
                let outcome = Ok(match self.signatures {
                    Signatures::Right => true,
                    Signatures::Wrong => false,
                    Signatures::Checked => id_token_signer::is_signed(&token, &key),
                    Signatures::Readable => token.signature() == b"sig",
                    Signatures::Later => {
                        return self.checks.push_back((check, token.signature() == b"sig"));
                    }
                });
                self.dispatch(Event::Verified { check, outcome });
            }
            Effect::Store(StorageKey::LogoutCount, value) => self.log_outs = Some(value),
            Effect::Store(key, value) => drop(self.storage.insert(name(&key), value)),
            Effect::Remove(key) => drop(self.storage.remove(&name(&key))),
            Effect::ForgetRequests => self.storage.retain(|key, _| !key.starts_with("request.")),
            Effect::Take(key) => {
                let value = self.storage.remove(&name(&key));
                self.taken.push((name(&key), value.clone()));
                self.dispatch(Event::Taken { key, value });
            }
            Effect::Navigate(url) => self.gone = Url::parse(url.as_str()).ok(),
            Effect::Submit(url, form) => {
                self.gone = Url::parse(url.as_str()).ok();
                self.submitted = Some(form.into_text());
            }
            Effect::ShowAddress { path, is_new_entry } => {
                self.entries += usize::from(is_new_entry);
                self.address = path.into_owned();
            }
            Effect::Export(list) => self.exported = Some(list),
            Effect::Reload => self.load(None),
            Effect::SetTimer(timer, milliseconds) => {
                self.timers.push(timer);
                self.waits.push((timer, milliseconds));
            }
        }
    }

    /// The browser is done with the oldest check.
    pub(crate) fn check(&mut self) {
        if let Some((check, right)) = self.checks.pop_front() {
            self.dispatch(Event::Verified { check, outcome: Ok(right) });
        }
    }

    /// Is an answer of the provider being checked?
    pub(crate) fn is_checking(&self) -> bool {
        match self.screen() {
            Screen::SigningIn => true,
            Screen::Account(account) => matches!(account.transfer, TransferView::Returning(_)),
            _ => false,
        }
    }

    pub(crate) fn answer(&mut self, request: RequestId, outcome: Result<HttpResponse, NetworkError>) {
        self.dispatch(Event::Answered { request, outcome });
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
        self.dispatch(Event::LogIn(entropy));
    }

    pub(crate) fn statements(&mut self) {
        let entropy = self.entropy();
        self.dispatch(Event::Statements(entropy));
    }

    pub(crate) fn confirm(&mut self) {
        let entropy = self.entropy();
        self.dispatch(Event::Confirm(entropy));
    }

    pub(crate) fn visit(&mut self, place: Place) {
        self.dispatch(Event::Visit(place));
    }

    /// Back or Forward within the client.
    pub(crate) fn travel(&mut self, path: &str) {
        self.address = path.into();
        let entropy = self.entropy();
        self.dispatch(Event::AddressChanged(path.into(), entropy));
    }

    pub(crate) fn fill(&mut self, payee: &str, amount: &str, reference: &str) {
        self.visit(Place::Pay);
        for (field, text) in [(Field::Payee, payee), (Field::Amount, amount), (Field::Reference, reference)] {
            self.dispatch(Event::Edited(field, text.into()));
            self.dispatch(Event::Left(field));
        }
    }

    pub(crate) fn wake(&mut self) {
        for timer in std::mem::take(&mut self.timers) {
            self.dispatch(Event::TimerFired(timer));
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

fn name(key: &StorageKey) -> String {
    match key {
        StorageKey::Session => "session".into(),
        StorageKey::Pending => "pending".into(),
        StorageKey::Draft => "draft".into(),
        StorageKey::Place => "place".into(),
        StorageKey::LoggedOutWhileSending => "logged_out_while_sending".into(),
        StorageKey::LogoutNotice => "logout_notice".into(),
        StorageKey::LastTouch => "last_touch".into(),
        StorageKey::LogoutCount => unreachable!("it is not the tab's"),
        StorageKey::Request(state) => format!("request.{}", state.as_str()),
    }
}

/// As the URL Standard has it, like a browser.
pub(crate) fn parse_url(text: &str) -> Option<UrlParts> {
    let url = Url::parse(text).ok()?;
    Some(UrlParts {
        protocol: format!("{}:", url.scheme()),
        username: url.username().into(),
        password: url.password().unwrap_or_default().into(),
        hostname: url.host_str().unwrap_or_default().into(),
        href: url.into(),
    })
}
