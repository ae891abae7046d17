//! A tenant with two customers, and browsers that keep cookies and read pages.

mod factors;
pub(crate) mod log;
pub(crate) mod program;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use http_server::Peer;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value;
use tenant::{
    Api, ApiScope, Brand, Client, Clock as _, Config, Customer, Database, EnrolledFactors, GrantType,
    KeyStore, Lifetimes, Limits, LogAccess, ManualClock, Password, Tenant,
};
use tower::ServiceExt as _;

pub(crate) const ISSUER: &str = "http://localhost:8090/";
pub(crate) const AUDIENCE: &str = "https://my-banking-api";
pub(crate) const CALLBACK: &str = "http://localhost:8080/callback";
pub(crate) const ADA: &str = "customer@example.com";
pub(crate) const BEN: &str = "second@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const START: u64 = 1_760_000_000;
pub(crate) const BALANCE: &str = "openid view:balance";
pub(crate) const TRANSFER: &str = "openid view:balance transfer:funds";

/// `PASSWORD`, hashed with so little work that tests are quick.
const CHEAP_HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$";

pub(crate) struct World {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) fn config() -> Config {
    let customer = |sub: &str, email: &str, name: &str| Customer {
        sub: sub.to_owned(),
        email: email.to_owned(),
        name: name.to_owned(),
        password: Password::Hash(cheap_hash()),
        permissions: None,
        roles: Vec::new(),
        app_metadata: serde_json::Map::new(),
        user_metadata: serde_json::Map::new(),
        factors: EnrolledFactors::default(),
        profile: tenant::Profile::default(),
    };
    let scope = |name: &str, asks_to: &str| ApiScope {
        name: name.to_owned(),
        asks_to: asks_to.to_owned(),
        asks_to_in: BTreeMap::new(),
    };
    Config {
        name: Some("Riser sign-in".to_owned()),
        brand: Brand::default(),
        issuer: ISSUER.to_owned(),
        keys: KeyStore::Folder(key_folder()),
        database: Database::Memory,
        clients: vec![Client {
            id: "riser".to_owned(),
            name: "Riser".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned(), "http://localhost:3000/callback".to_owned()],
            post_logout_redirect_uris: vec!["http://localhost:8080/".to_owned()],
            grant_types: GrantType::interactive(),
            ..Client::default()
        }],
        apis: vec![Api {
            identifier: AUDIENCE.to_owned(),
            name: "Banking".to_owned(),
            scopes: vec![
                scope("view:balance", "see your balance"),
                scope("transfer:funds", "transfer funds from your account"),
            ],
            step_up_scopes: vec!["transfer:funds".to_owned()],
            token_lifetime: None,
            allow_offline_access: false,
        }],
        authorization_details: true,
        ask_before_log_out: true,
        customers: vec![
            customer("auth0|1001", ADA, "Ada Example"),
            customer("auth0|1002", BEN, "Ben Example"),
        ],
        actions: Vec::new(),
        scripts: tenant::ScriptSettings::default(),
        lifetimes: Lifetimes::default(),
        limits: Limits::default(),
        log: LogAccess::default(),
        web_push: tenant::WebPushSettings::default(),
        control: None,
    }
}

/// One key for all tests and runs, since making one takes longer than a test.
fn key_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("tenant-key")
}

pub(crate) fn cheap_hash() -> String {
    let hash = cheap_hash_of(PASSWORD);
    assert!(hash.starts_with(CHEAP_HASH), "{hash}");
    hash
}

/// As another program makes it.
pub(crate) fn cheap_hash_of(password: &str) -> String {
    use argon2::password_hash::phc::Salt;
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let params = Params::new(8, 1, 1, None).unwrap();
    let salt = Salt::new(b"saltsalt").unwrap();
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hasher.hash_password_with_salt(password.as_bytes(), &salt).unwrap().to_string()
}

/// The tenant in which this customer has these from the beginning.
pub(crate) fn config_with(email: &str, totp_secret: Option<&str>, recovery_codes: &[&str]) -> Config {
    let mut config = config();
    let customer = config.customers.iter_mut().find(|customer| customer.email == email).unwrap();
    customer.factors = EnrolledFactors {
        totp_secret: totp_secret.map(str::to_owned),
        recovery_codes: recovery_codes.iter().map(|code| (*code).to_owned()).collect(),
    };
    config
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(config()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let tenant = Tenant::open(config, clock.clone()).await.unwrap();
        Self { tenant, clock }
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    pub(crate) fn browser(&self) -> Browser {
        let router = self.tenant.router();
        Browser { router, cookies: BTreeMap::new(), headers: HeaderMap::new(), address: None }
    }

    /// A browser in which the customer has logged in, with `view:balance`.
    pub(crate) async fn logged_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.follow(&authorize(BALANCE)).await;
        let answer = browser.log_in(&page, email, PASSWORD).await;
        assert!(answer.fragment().contains_key("access_token"), "{answer:?}");
        browser
    }

    /// A phone that is paired with the customer.
    pub(crate) async fn phone(&self, email: &str) -> Browser {
        let mut phone = self.browser();
        let page = phone.get("/phone").await;
        let form_token = page.input("form_token");
        let form = [("form_token", form_token.as_str()), ("email", email), ("password", PASSWORD)];
        assert_eq!(phone.post("/phone/pair", &form).await.location(), "/phone");
        phone
    }

    /// Checks a token as a client or an API would, with the published keys, and gives its claims.
    pub(crate) async fn verified(&self, token: &str, audience: &str) -> Value {
        let keys: JwkSet = self.browser().get("/.well-known/jwks.json").await.json();
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        // The library reads its own clock; the tests have theirs.
        validation.validate_exp = false;
        validation.set_audience(&[audience]);
        validation.set_issuer(&[ISSUER]);
        jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
    }
}

/// The client's request for these scopes, as the seeds of every banking sample write it.
pub(crate) fn authorize(scope: &str) -> String {
    authorize_with(&[("scope", scope)])
}

/// The client's request with some parameters replaced, added, or (with an empty value) left out.
pub(crate) fn authorize_with(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("audience", AUDIENCE),
        ("scope", BALANCE),
        ("response_type", "id_token token"),
        ("client_id", "riser"),
        ("redirect_uri", CALLBACK),
        ("nonce", "nonce-1"),
        ("state", "state-1"),
    ];
    let is_replaced = |name: &str| changes.iter().any(|(key, _)| *key == name);
    let pairs = usual
        .iter()
        .filter(|(name, _)| !is_replaced(name))
        .chain(changes)
        .filter(|(_, value)| !value.is_empty());
    format!("/authorize?{}", encode(pairs.copied()))
}

pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    /// Names to values and paths.
    pub(crate) cookies: BTreeMap<String, (String, String)>,
    /// Sent with every request.
    pub(crate) headers: HeaderMap,
    /// Where its connections come from.
    pub(crate) address: Option<IpAddr>,
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, Body::from(encode(form.iter().copied()))).await
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Body) -> Answer {
        let mut request = Request::new(body);
        *request.method_mut() = method.clone();
        *request.uri_mut() = path.parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        if let Some(address) = self.address {
            request.extensions_mut().insert(Peer::of(address));
        }
        if method == Method::POST {
            let kind = "application/x-www-form-urlencoded".parse().unwrap();
            request.headers_mut().entry(header::CONTENT_TYPE).or_insert(kind);
        }
        let matching = self.cookies.iter().filter(|(_, (_, scope))| path.starts_with(scope));
        let cookies: Vec<String> = matching.map(|(name, (value, _))| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn keep(&mut self, cookie: &str) {
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        assert!(name.starts_with("riser_tenant_"), "{cookie}");
        assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
        let path = parts.find_map(|part| part.strip_prefix("Path=")).unwrap();
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), (value.to_owned(), path.to_owned()));
        }
    }

    /// Goes on while the tenant redirects to itself.
    pub(crate) async fn follow(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        while answer.status == StatusCode::SEE_OTHER && answer.location().starts_with('/') {
            answer = self.get(&answer.location()).await;
        }
        answer
    }

    /// Fills in a log-in page and goes on while the tenant redirects to itself.
    pub(crate) async fn log_in(&mut self, page: &Answer, email: &str, password: &str) -> Answer {
        assert!(page.body.contains("action=\"/u/login\""), "{page:?}");
        let (state, form_token) = (page.input("state"), page.input("form_token"));
        let form = [
            ("state", state.as_str()),
            ("form_token", form_token.as_str()),
            ("email", email),
            ("password", password),
        ];
        let answer = self.post("/u/login", &form).await;
        match answer.status {
            StatusCode::SEE_OTHER if answer.location().starts_with('/') => {
                self.follow(&answer.location()).await
            }
            _ => answer,
        }
    }

    /// Asks for a transfer; gives the page that waits for the phone.
    pub(crate) async fn step_up(&mut self) -> Answer {
        let page = self.follow(&authorize(TRANSFER)).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        assert!(page.body.contains(">Approve on your phone</h"), "{page:?}");
        page
    }

    /// Presses a number on a phone that shows one request.
    pub(crate) async fn choose(&mut self, number: &str) -> Answer {
        let page = self.get("/phone").await;
        let (push, form_token) = (page.input("push"), page.input("form_token"));
        let form = [("push", push.as_str()), ("form_token", form_token.as_str()), ("number", number)];
        let answer = self.post("/phone/answer", &form).await;
        self.get(&answer.location()).await
    }

    /// Presses "Deny" on a phone that shows one request.
    pub(crate) async fn deny(&mut self) -> Answer {
        self.press("deny").await
    }

    /// Presses "This was not me" on a phone that shows one request.
    pub(crate) async fn report(&mut self) -> Answer {
        self.press("report").await
    }

    async fn press(&mut self, button: &str) -> Answer {
        let page = self.get("/phone").await;
        let (push, form_token) = (page.input("push"), page.input("form_token"));
        let form = [("push", push.as_str()), ("form_token", form_token.as_str()), (button, "yes")];
        let answer = self.post("/phone/answer", &form).await;
        self.get(&answer.location()).await
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        self.header("location").to_owned()
    }

    /// What goes back to the client.
    pub(crate) fn fragment(&self) -> BTreeMap<String, String> {
        let location = self.location();
        let (to, fragment) = location.split_once('#').unwrap_or_else(|| panic!("no fragment: {location}"));
        parameters(to, fragment)
    }

    /// What goes back to the client in the query.
    pub(crate) fn query(&self) -> BTreeMap<String, String> {
        let location = self.location();
        let (to, query) = location.split_once('?').unwrap_or_else(|| panic!("no query: {location}"));
        parameters(to, query)
    }

    /// The form that goes to the client: its address and what it carries.
    pub(crate) fn form(&self) -> (String, BTreeMap<String, String>) {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        let form = self.body.split_once("<form method=\"post\" action=\"").unwrap().1;
        let (action, inputs) = form.split_once('"').unwrap();
        let inputs = inputs.split("<input type=\"hidden\" name=\"").skip(1).map(|input| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            (unescaped(name), unescaped(rest.split_once('"').unwrap().0))
        });
        let inputs: BTreeMap<String, String> = inputs.collect();
        assert_eq!(inputs["iss"], ISSUER);
        (unescaped(action), inputs)
    }

    /// The `response` of the message that goes to the client's page.
    pub(crate) fn message(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        assert!(self.body.contains("data-origin=\"http://localhost:8080\""), "{self:?}");
        let response = self.body.split_once("data-response=\"").unwrap().1.split_once('"').unwrap().0;
        let response: Value = serde_json::from_str(&unescaped(response)).unwrap();
        assert_eq!(response["iss"], ISSUER);
        response
    }

    /// The error that goes back to the client, with its description.
    pub(crate) fn refusal(&self) -> (String, String) {
        let fragment = self.fragment();
        assert!(!fragment.contains_key("access_token") && !fragment.contains_key("id_token"), "{self:?}");
        assert_eq!(fragment["state"], "state-1");
        (fragment["error"].clone(), fragment["error_description"].clone())
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of the first input with this name.
    pub(crate) fn input(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" ");
        let input = self.body.split(&start).nth(1).unwrap_or_else(|| panic!("no input {name}: {self:?}"));
        let tag = input.split('>').next().unwrap();
        tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// The texts of the elements that have this attribute.
    pub(crate) fn texts(&self, attribute: &str) -> Vec<String> {
        let after = self.body.split(attribute).skip(1);
        after
            .map(|rest| rest.split_once('>').unwrap().1.split('<').next().unwrap().trim().to_owned())
            .collect()
    }

    /// The number that the log-in tab shows.
    pub(crate) fn number(&self) -> String {
        self.texts("class=\"number\"").remove(0)
    }

    /// The numbers that the phone offers.
    pub(crate) fn numbers(&self) -> Vec<String> {
        self.texts("name=\"number\"")
    }
}

/// The references that askama writes.
fn unescaped(html: &str) -> String {
    let references = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    references.iter().fold(html.to_owned(), |html, (reference, letter)| html.replace(reference, letter))
}

/// What an answer to the client carries, in whichever part of its address. Every answer names the issuer (RFC 9207).
fn parameters(to: &str, encoded: &str) -> BTreeMap<String, String> {
    assert_eq!(to, CALLBACK);
    let pairs: Vec<(String, String)> = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
    let map: BTreeMap<String, String> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter stands twice: {encoded}");
    assert_eq!(map["iss"], ISSUER);
    map
}
