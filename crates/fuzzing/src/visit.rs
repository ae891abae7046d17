//! A browser tab without a browser, which answers what the session asks with what it is given.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::LazyLock,
};

use base64ct::{Base64UrlUnpadded, Encoding};
use stepup::{
    Effect, Event, Session,
    domain::{Entropy, Timestamp, UrlParts},
    effect::CheckId,
    event::Boot,
    http::{HttpResponse, Method, NetworkError, RequestId},
    oidc::PageUrl,
    storage::StorageKey,
};
use url::Url;

pub(crate) const ORIGIN: &str = "https://bank.example";
pub(crate) const ISSUER: &str = "https://id.example/";
pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const CONFIG: &str = r#"{"issuer":"https://id.example/","client_id":"riser","audience":"https://api.example",
    "authorization_endpoint":"https://id.example/authorize","jwks_uri":"https://id.example/keys",
    "token_endpoint":"https://id.example/token"}"#;

/// The key set of an issuer whose every signature is right.
pub(crate) static KEYS: LazyLock<String> = LazyLock::new(|| {
    let n = Base64UrlUnpadded::encode_string(&[0xa5; 256]);
    format!(r#"{{"keys":[{{"kty":"RSA","kid":"1","n":"{n}","e":"AQAB"}}]}}"#)
});

/// As the URL Standard has it, like a browser; but no names that are not ASCII, in none of their spellings: what is fuzzed
/// is the core, not the parser that stands in for the browser's (whose own assertions some encoded names do not meet).
pub(crate) fn parse_url(text: &str) -> Option<UrlParts> {
    let read: String = text.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    if !text.is_ascii() || text.contains('%') || read.to_ascii_lowercase().contains("xn--") {
        return None;
    }
    let url = Url::parse(text).ok()?;
    Some(UrlParts {
        protocol: format!("{}:", url.scheme()),
        username: url.username().into(),
        password: url.password().unwrap_or_default().into(),
        hostname: url.host_str().unwrap_or_default().into(),
        href: url.into(),
    })
}

pub(crate) fn code_flow() -> String {
    CONFIG.replacen('{', r#"{"flow":"code","#, 1)
}

pub(crate) struct Visit {
    pub(crate) session: Session,
    pub(crate) config: String,
    pub(crate) storage: BTreeMap<String, String>,
    pub(crate) requests: VecDeque<(RequestId, Method)>,
    pub(crate) checks: VecDeque<CheckId>,
    pub(crate) gone: Option<Url>,
    pub(crate) transfers: usize,
}

impl Visit {
    pub(crate) fn new(config: &str) -> Self {
        Self {
            session: Session::new(parse_url),
            config: config.to_owned(),
            storage: BTreeMap::new(),
            requests: VecDeque::new(),
            checks: VecDeque::new(),
            gone: None,
            transfers: 0,
        }
    }

    /// The page is loaded.
    pub(crate) fn load(&mut self, fragment: Option<String>) {
        self.session = Session::new(parse_url);
        self.requests.clear();
        self.checks.clear();
        self.gone = None;
        let stored = |key: &str| self.storage.get(key).cloned();
        self.dispatch(Event::Booted(Box::new(Boot {
            config: self.config.clone(),
            origin: ORIGIN.into(),
            url: PageUrl {
                path: "/callback".into(),
                query: String::new(),
                fragment: fragment.unwrap_or_default(),
            },
            session: stored("session"),
            pending: stored("pending"),
            draft: stored("draft"),
            logged_out_while_sending: stored("logged_out_while_sending").is_some(),
            logout_notice: stored("logout_notice"),
            last_touch: stored("last_touch"),
            log_outs: stored("log_outs"),
            online: true,
            ..Boot::default()
        })));
    }

    pub(crate) fn dispatch(&mut self, event: Event) {
        for effect in self.session.update(event, Timestamp(NOW)) {
            match effect {
                Effect::Fetch(id, request) => {
                    self.transfers += usize::from(request.idempotency_key.is_some());
                    self.requests.push_back((id, request.method));
                }
                Effect::Verify { check, .. } => self.checks.push_back(check),
                Effect::Store(key, value) => drop(self.storage.insert(name(&key), value)),
                Effect::Remove(key) => drop(self.storage.remove(&name(&key))),
                Effect::ForgetRequests => self.storage.retain(|key, _| !key.starts_with("request.")),
                Effect::Take(key) => {
                    let value = self.storage.remove(&name(&key));
                    self.dispatch(Event::Taken { key, value });
                }
                Effect::Navigate(url) | Effect::Submit(url, _) => self.gone = Url::parse(url.as_str()).ok(),
                Effect::Reload => self.load(None),
                Effect::SetTimer(..) | Effect::ShowAddress { .. } | Effect::Export(_) => {}
            }
        }
    }

    /// Answers the oldest request.
    pub(crate) fn answer(&mut self, outcome: Result<HttpResponse, NetworkError>) {
        if let Some((request, _)) = self.requests.pop_front() {
            self.dispatch(Event::Answered { request, outcome });
        }
    }

    /// Answers the oldest request with 200 and this body.
    pub(crate) fn succeed(&mut self, body: &str) {
        self.answer(Ok(HttpResponse { status: 200, body: body.to_owned(), ..HttpResponse::default() }));
    }

    /// Every signature that is asked about is right.
    pub(crate) fn verify(&mut self) {
        while let Some(check) = self.checks.pop_front() {
            self.dispatch(Event::Verified { check, outcome: Ok(true) });
        }
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        self.storage.contains_key("session")
    }
}

/// The same bytes at each visit, so that seeds stay good: 0, 1, 2, …
pub(crate) fn entropy() -> Entropy {
    Entropy::new(std::array::from_fn(|i| u8::try_from(i).unwrap_or_default()))
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
        StorageKey::LogoutCount => "log_outs".into(),
        StorageKey::Request(state) => format!("request.{}", state.as_str()),
    }
}

/// A visit whose browser is at the provider to log in, with the `state` and the nonce of the request.
pub(crate) fn logging_in(config: &str) -> (Visit, String, String) {
    let mut visit = Visit::new(config);
    visit.load(None);
    visit.dispatch(Event::LogIn(entropy()));
    let there = visit.gone.clone().expect("on the way to the provider");
    let parameter = |name: &str| {
        let found = there.query_pairs().find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (state, nonce) = (parameter("state"), parameter("nonce"));
    (visit, state, nonce)
}
