//! The other side of a visit: a provider that issues tokens and a bank that keeps a ledger, as plain values.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stepup::{
    http::{HttpResponse, Method, NetworkError},
    oidc::at_hash,
};
use url::Url;

use crate::tab::{Sent, Tab};

pub(crate) const BANK: &str = "https://bank.example";
pub(crate) const ISSUER: &str = "https://id.example/";
pub(crate) const CONFIG: &str = r#"{"issuer":"https://id.example/","client_id":"riser","audience":"https://my-banking-api","idle_seconds":0}"#;
/// The same with `flow: "code"`.
pub(crate) const CODE_FLOW: &str = r#"{"issuer":"https://id.example/","client_id":"riser","audience":"https://my-banking-api","flow":"code","idle_seconds":0}"#;
pub(crate) const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
/// What a provider lists that takes the transfer along.
pub(crate) const PAYMENTS: &[&str] = &["payment_initiation"];
pub(crate) const PAYEE: &str = "GB82WEST12345698765432";

/// Remembers everything that reached it.
#[derive(Default)]
pub(crate) struct Servers {
    pub(crate) tokens: u32,
    /// What each access token is good for: scopes and subject.
    pub(crate) issued: BTreeMap<String, (String, String)>,
    /// Access tokens of a log-in with a second factor.
    pub(crate) strong: BTreeSet<String>,
    /// Codes that wait to be redeemed: the challenge, and the parameters with the tokens.
    pub(crate) codes: BTreeMap<String, (String, Value)>,
    /// The key set, when it is another than the made-up one.
    pub(crate) jwks: Option<String>,
    /// The key set from the second time on that it is fetched.
    pub(crate) next_jwks: Option<String>,
    /// Every path that the provider was asked for.
    pub(crate) provider_paths: Vec<String>,
    /// How often the keys were fetched.
    pub(crate) key_fetches: u32,
    /// How often a code was redeemed or tried.
    pub(crate) exchanges: u32,
    /// The bank does not take a second factor as an answer.
    pub(crate) never_strong_enough: bool,
    /// Every transfer needs a newer log-in first (RFC 9470).
    pub(crate) required_for_transfers: Option<&'static str>,
    /// So does the balance.
    pub(crate) required_for_reads: Option<&'static str>,
    /// The provider promises `iss` in each answer (RFC 9207).
    pub(crate) promises_iss: bool,
    /// The types of `authorization_details` that the provider lists (RFC 9396); when there are none, it lists nothing.
    pub(crate) details_types: &'static [&'static str],
    /// The ids that the bank has given up, because it said that there is no such transfer; nothing when it gives none up.
    pub(crate) retired: Option<BTreeSet<String>>,
    pub(crate) spent: BTreeSet<String>,
    /// Transfers that were done: id and body.
    pub(crate) done: BTreeMap<String, String>,
    /// Every `POST /transfer`: id, body, scopes of its token.
    pub(crate) posts: Vec<(String, String, String)>,
    /// How often each single-use token arrived, with any request.
    pub(crate) uses: BTreeMap<String, u32>,
    /// Every request to the API, as `METHOD /path`.
    pub(crate) api: Vec<String>,
    /// The holder of [`PAYEE`], at a bank that keeps payees and checks names; nothing at an API that does neither.
    pub(crate) holder: Option<&'static str>,
    /// Whom the customer has saved: IBAN and name.
    pub(crate) payees: BTreeMap<String, String>,
    /// The body of the list of transfers, when it is not an empty one.
    pub(crate) history: String,
    /// Each name that was checked.
    pub(crate) name_checks: Vec<String>,
    /// So many name checks are answered with 503.
    pub(crate) name_checks_failing: u8,
    /// Does the bank refuse every transfer?
    pub(crate) refuses: bool,
    /// So many orders are answered with 429 before the bank looks at one.
    pub(crate) orders_turned_away: u8,
    /// So many questions.
    pub(crate) questions_turned_away: u8,
    /// What it says then: wait so many seconds.
    pub(crate) retry_after: Option<u32>,
}

/// How the provider answers.
pub(crate) struct Grant<'a> {
    pub(crate) subject: &'a str,
    /// The scopes to grant instead of those that were asked for.
    pub(crate) scope: Option<&'a str>,
    /// Changes claims of the ID token.
    pub(crate) claims: Value,
    /// From the `authorization_details` of the request (nothing: an empty text) to those of the answer.
    pub(crate) details: fn(String) -> Option<String>,
}

impl Default for Grant<'_> {
    fn default() -> Self {
        let details = |asked: String| Some(asked).filter(|it| !it.is_empty());
        Self { subject: "auth0|1", scope: None, claims: json!({}), details }
    }
}

pub(crate) fn query(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

impl Servers {
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
        if claims["amr"].as_array().is_some_and(|amr| amr.contains(&json!("mfa"))) {
            self.strong.insert(access_token.clone());
        }
        let state = query(request, "state");
        let mut tokens = json!({
            "access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": 7200,
            "scope": scope,
        });
        let details = (grant.details)(query(request, "authorization_details"));
        if let Some(details) = &details {
            tokens["authorization_details"] = serde_json::from_str(details).unwrap_or_default();
        }
        if query(request, "response_type") == "code" {
            assert_eq!(query(request, "code_challenge_method"), "S256");
            let code = format!("code-{}", self.tokens);
            self.codes.insert(code.clone(), (query(request, "code_challenge"), tokens));
            return form(&[("code", &code), ("state", &state), ("iss", ISSUER)]);
        }
        let mut answer = vec![
            ("access_token", access_token.as_str()),
            ("id_token", &id_token),
            ("token_type", "Bearer"),
            ("expires_in", "7200"),
            ("scope", &scope),
            ("state", &state),
        ];
        answer.extend(details.as_deref().map(|details| ("authorization_details", details)));
        form(&answer)
    }

    /// The token endpoint: a code counts once, and for whoever has its verifier.
    fn redeem(&mut self, form: &str) -> HttpResponse {
        self.exchanges += 1;
        let sent: BTreeMap<String, String> =
            url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let names: Vec<_> = sent.keys().map(String::as_str).filter(|name| *name != "resource").collect();
        assert_eq!(names, ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]);
        assert_eq!(sent["redirect_uri"], "https://bank.example/callback");
        let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(sent["code_verifier"].as_bytes()));
        match self.codes.remove(&sent["code"]) {
            Some((expected, tokens)) if expected == challenge => answer(200, &tokens.to_string()),
            _ => answer(400, r#"{"error":"invalid_grant"}"#),
        }
    }

    /// What the server that is asked does and answers.
    pub(crate) fn serve(&mut self, request: Sent) -> HttpResponse {
        let path = Url::parse(request.url.as_str()).expect("an absolute URL").path().to_owned();
        if request.url.as_str().starts_with(ISSUER) {
            assert!(request.authorization.is_none(), "no token of the bank's goes to the provider");
            return match request.form {
                Some(form) if path == "/token" => self.redeem(&form),
                _ => self.provider(&path),
            };
        }
        let retire = !request.url.ends_with("?retire=false");
        self.api.push(format!("{:?} {path}", request.method));
        let token = request.token().to_owned();
        let Some((scope, _)) = self.issued.get(&token).cloned() else { return answer(401, "{}") };
        if scope.contains("transfer:funds") {
            *self.uses.entry(token.clone()).or_default() += 1;
        }
        if matches!(request.method, Method::Put | Method::Delete) {
            return self.change_payee(request.method, &path, request.json.as_deref(), &token);
        }
        if path.starts_with("/payees") {
            return self.payees(&path, request.json.as_deref());
        }
        let turned_away = match request.method {
            Method::Post => &mut self.orders_turned_away,
            _ => &mut self.questions_turned_away,
        };
        if let Some(left) = turned_away.checked_sub(1) {
            *turned_away = left;
            return HttpResponse {
                retry_after: self.retry_after,
                ..answer(429, r#"{"type":"urn:riser:problem:too-many-requests","title":"Too many"}"#)
            };
        }
        match (request.method, path.as_str()) {
            (Method::Get, "/balance")
                if self.required_for_reads.is_some() && !self.strong.contains(&token) =>
            {
                authentication_challenge(self.required_for_reads.unwrap_or_default())
            }
            (Method::Get, "/balance") => answer(
                200,
                r#"{"account":{"iban":"DE89370400440532013000","holder":"A"},"balance":{"amount":100000,"currency":"EUR"}}"#,
            ),
            (Method::Get, "/statements") if self.never_strong_enough || !self.strong.contains(&token) => {
                authentication_challenge(&format!("acr_values=\"{MULTI_FACTOR}\", max_age=\"900\""))
            }
            (Method::Get, "/statements") => answer(
                200,
                r#"{"statements":[{"id":"2023-11","from":"2023-11-01","to":"2023-11-30",
                    "opening":{"amount":0,"currency":"EUR"},"closing":{"amount":100000,"currency":"EUR"},"entries":[]}]}"#,
            ),
            (Method::Get, "/transfers") if !self.history.is_empty() => answer(200, &self.history),
            (Method::Get, "/transfers") => answer(200, r#"{"transfers":[]}"#),
            (Method::Get, path) => {
                let id = path.rsplit('/').next().unwrap_or_default();
                if self.done.contains_key(id) {
                    answer(200, r#"{"status":"completed"}"#)
                } else if let Some(retired) = &mut self.retired
                    && (retire || retired.contains(id))
                {
                    retired.insert(id.to_owned());
                    answer(404, r#"{"type":"urn:riser:problem:transfer-not-found","final":true}"#)
                } else {
                    answer(404, r#"{"type":"urn:riser:problem:transfer-not-found"}"#)
                }
            }
            _ => self.transfer(
                request.idempotency_key.unwrap_or_default(),
                request.json.expect("a transfer is JSON"),
                &scope,
                token,
            ),
        }
    }

    /// `PUT` and `DELETE /payees/{iban}`: a new one takes a second factor.
    fn change_payee(&mut self, method: Method, path: &str, body: Option<&str>, token: &str) -> HttpResponse {
        let iban = path.trim_start_matches("/payees/").to_owned();
        if method == Method::Delete {
            self.payees.remove(&iban);
            return answer(204, "");
        }
        if self.never_strong_enough || !self.strong.contains(token) {
            return authentication_challenge(&format!("acr_values=\"{MULTI_FACTOR}\", max_age=\"900\""));
        }
        let body: Value = serde_json::from_str(body.expect("a name")).expect("JSON");
        let name = body["name"].as_str().expect("a name").to_owned();
        self.payees.insert(iban, name);
        answer(201, "{}")
    }

    /// Saved payees, and the name check.
    fn payees(&mut self, path: &str, body: Option<&str>) -> HttpResponse {
        let Some(holder) = self.holder else { return answer(404, "Cannot GET /payees") };
        let Some(body) = body.filter(|_| path == "/payees/verify") else {
            let saved = self.payees.iter().map(|(iban, name)| json!({ "iban": iban, "name": name }));
            return answer(200, &json!({ "payees": saved.collect::<Vec<_>>() }).to_string());
        };
        let body: Value = serde_json::from_str(body).expect("JSON");
        let name = body["name"].as_str().expect("a name").to_owned();
        self.name_checks.push(name.clone());
        if let Some(left) = self.name_checks_failing.checked_sub(1) {
            self.name_checks_failing = left;
            return answer(503, "{}");
        }
        let result = match () {
            () if body["iban"] != PAYEE => json!({ "result": "not-possible" }),
            () if name == holder => json!({ "result": "match" }),
            () if name.eq_ignore_ascii_case(holder) => json!({ "result": "close-match", "name": holder }),
            () => json!({ "result": "no-match" }),
        };
        answer(200, &result.to_string())
    }

    fn provider(&mut self, path: &str) -> HttpResponse {
        self.provider_paths.push(path.to_owned());
        if path.ends_with("openid-configuration") {
            let mut metadata = json!({
                "issuer": ISSUER,
                "authorization_endpoint": "https://id.example/authorize",
                "token_endpoint": "https://id.example/token",
                "jwks_uri": "https://id.example/keys",
                "end_session_endpoint": "https://id.example/logout",
                "userinfo_endpoint": "https://id.example/userinfo",
                "authorization_response_iss_parameter_supported": self.promises_iss,
            });
            if !self.details_types.is_empty() {
                metadata["authorization_details_types_supported"] = json!(self.details_types);
            }
            return answer(200, &metadata.to_string());
        }
        self.key_fetches += 1;
        if self.key_fetches > 1 && self.next_jwks.is_some() {
            self.jwks = self.next_jwks.take();
        }
        let n = Base64UrlUnpadded::encode_string(&[0xa5; 256]);
        let keys = json!({"keys": [{"kty": "RSA", "kid": "1", "n": n, "e": "AQAB"}]});
        answer(200, self.jwks.as_deref().unwrap_or(&keys.to_string()))
    }

    fn transfer(&mut self, id: String, body: String, scope: &str, token: String) -> HttpResponse {
        self.posts.push((id.clone(), body.clone(), scope.to_owned()));
        if let Some(required) = self.required_for_transfers.filter(|_| !self.strong.contains(&token)) {
            return authentication_challenge(required);
        }
        if self.refuses || !scope.contains("transfer:funds") {
            return HttpResponse {
                www_authenticate: Some(r#"Bearer error="insufficient_scope", scope="transfer:funds""#.into()),
                ..answer(403, r#"{"type":"urn:riser:problem:insufficient-scope"}"#)
            };
        }
        if self.retired.as_ref().is_some_and(|retired| retired.contains(&id)) {
            return answer(422, r#"{"type":"urn:riser:problem:idempotency-key-retired"}"#);
        }
        if let Some(before) = self.done.get(&id) {
            assert_eq!(*before, body, "one id, two contents");
            return HttpResponse { replayed: true, ..answer(201, r#"{"status":"completed"}"#) };
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
        self.logged_in_to(CONFIG)
    }

    /// The same with another configuration.
    pub(crate) fn logged_in_to(&mut self, config: &str) -> Tab {
        let mut tab = Tab { config: config.to_owned(), ..Tab::new() };
        tab.load(None);
        tab.log_in();
        self.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        self.come_back(&mut tab, &there);
        tab
    }

    /// A tab that came back from a second factor, to the statements.
    pub(crate) fn at_statements(&mut self) -> Tab {
        let mut tab = self.logged_in();
        tab.statements();
        tab.wake();
        let there = tab.gone.clone().expect("sent to the provider");
        let claims = json!({"amr": ["mfa"], "auth_time": tab.now});
        let fragment = self.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
        tab.load(Some(fragment));
        self.serve_all(&mut tab);
        tab
    }

    /// A tab that was sent to the provider to confirm a transfer of 12.50.
    pub(crate) fn confirming(&mut self) -> (Tab, Url) {
        self.confirming_with(CONFIG)
    }

    /// The same with another configuration.
    pub(crate) fn confirming_with(&mut self, config: &str) -> (Tab, Url) {
        let mut tab = self.logged_in_to(config);
        tab.fill(PAYEE, "12.50", "Rent");
        tab.dispatch(stepup::Event::Review);
        tab.confirm();
        self.serve_all(&mut tab);
        tab.wake();
        self.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        (tab, there)
    }
}

/// 401 of RFC 9470, with these parameters.
pub(crate) fn authentication_challenge(parameters: &str) -> HttpResponse {
    let challenge = format!(r#"Bearer error="insufficient_user_authentication", {parameters}"#);
    HttpResponse { www_authenticate: Some(challenge), ..answer(401, "{}") }
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
}
