//! The other side of a visit: a provider that issues tokens and a bank that keeps a ledger, as plain values.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use stepup::{
    effect::{Method, Request},
    event::{Answer, NetworkError},
    oidc::id_token::at_hash,
};
use url::Url;

use crate::tab::Tab;

pub(crate) const BANK: &str = "https://bank.example";
pub(crate) const ISSUER: &str = "https://id.example/";
pub(crate) const CONFIG: &str =
    r#"{"issuer":"https://id.example/","client_id":"riser","audience":"https://my-banking-api"}"#;
pub(crate) const PAYEE: &str = "GB82WEST12345698765432";

/// Remembers everything that reached it.
#[derive(Default)]
pub(crate) struct World {
    tokens: u32,
    /// What each access token is good for: scopes and subject.
    issued: BTreeMap<String, (String, String)>,
    spent: BTreeSet<String>,
    /// Transfers that were done: id and body.
    pub(crate) done: BTreeMap<String, String>,
    /// Every `POST /transfer`: id, body, scopes of its token.
    pub(crate) posts: Vec<(String, String, String)>,
    /// How often each single-use token arrived, with any request.
    pub(crate) uses: BTreeMap<String, u32>,
    /// Every request to the API, as `METHOD /path`.
    pub(crate) api: Vec<String>,
    /// Does the bank refuse every transfer?
    pub(crate) refuses: bool,
}

/// How the provider answers.
pub(crate) struct Grant<'a> {
    pub(crate) subject: &'a str,
    /// The scopes to grant instead of those that were asked for.
    pub(crate) scope: Option<&'a str>,
    /// Changes claims of the ID token.
    pub(crate) claims: Value,
}

impl Default for Grant<'_> {
    fn default() -> Self {
        Self { subject: "auth0|1", scope: None, claims: json!({}) }
    }
}

pub(crate) fn query(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

impl World {
    /// The fragment with which the provider sends the browser back.
    pub(crate) fn grant(&mut self, request: &Url, now: i64, grant: &Grant<'_>) -> String {
        self.tokens += 1;
        let scope = grant.scope.map_or_else(|| query(request, "scope"), str::to_owned);
        let access_token = format!("access-token-{}", self.tokens);
        self.issued.insert(access_token.clone(), (scope.clone(), grant.subject.to_owned()));
        let mut claims = json!({
            "iss": ISSUER, "sub": grant.subject, "aud": "riser", "iat": now, "exp": now + 36_000,
            "nonce": query(request, "nonce"), "at_hash": at_hash(&access_token),
        });
        if let (Some(claims), Some(changes)) = (claims.as_object_mut(), grant.claims.as_object()) {
            claims.extend(changes.clone());
        }
        let encode = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let id_token = format!("{}.{}.c2ln", encode(&json!({"alg": "RS256", "kid": "1"})), encode(&claims));
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("access_token", access_token.as_str()),
                ("id_token", &id_token),
                ("token_type", "Bearer"),
                ("expires_in", "7200"),
                ("scope", &scope),
                ("state", &query(request, "state")),
            ])
            .finish()
    }

    /// What the server that is asked does and answers.
    pub(crate) fn serve(&mut self, request: Request) -> Answer {
        let path = Url::parse(request.url.as_str()).expect("an absolute URL").path().to_owned();
        if request.url.as_str().starts_with(ISSUER) {
            return provider(&path);
        }
        self.api.push(format!("{:?} {path}", request.method));
        let token = request.authorization.map(stepup::tokens::Bearer::into_header).unwrap_or_default();
        let token = token.trim_start_matches("Bearer ").to_owned();
        let Some((scope, _)) = self.issued.get(&token).cloned() else { return answer(401, "{}") };
        if scope.contains("transfer:funds") {
            *self.uses.entry(token.clone()).or_default() += 1;
        }
        match (request.method, path.as_str()) {
            (Method::Get, "/balance") => answer(
                200,
                r#"{"account":{"iban":"DE89370400440532013000","holder":"A"},"balance":{"amount":100000,"currency":"EUR"}}"#,
            ),
            (Method::Get, "/transfers") => answer(200, r#"{"transfers":[]}"#),
            (Method::Get, path) => {
                let id = path.rsplit('/').next().unwrap_or_default();
                if self.done.contains_key(id) {
                    answer(200, r#"{"status":"completed"}"#)
                } else {
                    answer(404, r#"{"type":"urn:riser:problem:transfer-not-found"}"#)
                }
            }
            (Method::Post, _) => self.transfer(
                request.idempotency_key.unwrap_or_default(),
                request.body.unwrap_or_default(),
                &scope,
                token,
            ),
        }
    }

    fn transfer(&mut self, id: String, body: String, scope: &str, token: String) -> Answer {
        self.posts.push((id.clone(), body.clone(), scope.to_owned()));
        if self.refuses || !scope.contains("transfer:funds") {
            return Answer {
                www_authenticate: Some(r#"Bearer error="insufficient_scope", scope="transfer:funds""#.into()),
                ..answer(403, r#"{"type":"urn:riser:problem:insufficient-scope"}"#)
            };
        }
        if let Some(before) = self.done.get(&id) {
            assert_eq!(*before, body, "one id, two contents");
            return Answer { replayed: true, ..answer(201, r#"{"status":"completed"}"#) };
        }
        if !self.spent.insert(token) {
            return answer(401, r#"{"type":"urn:riser:problem:token-spent"}"#);
        }
        self.done.insert(id, body);
        answer(201, r#"{"status":"completed","number":"R-1"}"#)
    }

    /// Answers every request of a tab until it asks for nothing more.
    pub(crate) fn serve_all(&mut self, tab: &mut Tab) {
        while let Some((id, request)) = tab.requests.pop_front() {
            let answer = self.serve(request);
            tab.answer(id, Ok(answer));
        }
    }

    /// The server gets the oldest request and acts on it; its answer is lost.
    pub(crate) fn lose_answer(&mut self, tab: &mut Tab) {
        if let Some((id, request)) = tab.requests.pop_front() {
            let _ = self.serve(request);
            tab.answer(id, Err(NetworkError::TimedOut));
        }
    }

    /// The provider grants what was asked for and sends the browser back; the servers answer everything.
    pub(crate) fn come_back(&mut self, tab: &mut Tab, there: &Url) {
        let fragment = self.grant(there, tab.now, &Grant::default());
        tab.load(Some(fragment));
        self.serve_all(tab);
    }

    /// A tab that is logged in as the first customer.
    pub(crate) fn logged_in(&mut self) -> Tab {
        let mut tab = Tab::new();
        tab.load(None);
        tab.log_in();
        self.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        self.come_back(&mut tab, &there);
        tab
    }

    /// A tab that was sent to the provider to confirm a transfer of 12.50.
    pub(crate) fn confirming(&mut self) -> (Tab, Url) {
        let mut tab = self.logged_in();
        tab.fill(PAYEE, "12.50", "Rent");
        tab.happen(stepup::Event::Review);
        tab.confirm();
        self.serve_all(&mut tab);
        tab.wake();
        self.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        (tab, there)
    }
}

fn provider(path: &str) -> Answer {
    if path.ends_with("openid-configuration") {
        return answer(
            200,
            r#"{"issuer":"https://id.example/","authorization_endpoint":"https://id.example/authorize",
                "jwks_uri":"https://id.example/keys","end_session_endpoint":"https://id.example/logout"}"#,
        );
    }
    let n = Base64UrlUnpadded::encode_string(&[0xa5; 256]);
    answer(200, &json!({"keys": [{"kty": "RSA", "kid": "1", "n": n, "e": "AQAB"}]}).to_string())
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.to_owned(), ..Answer::default() }
}
