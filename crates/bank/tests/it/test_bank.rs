//! A bank with an issuer, a clock and accounts, and what a client does with it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bank::{Bank, Config, Database, DynamicLinking, History, ManualClock, OpeningAccount};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::issuer::{FIRST, TestIssuer};
use crate::{database, openapi_check};

pub(crate) const NOW: u64 = 1_750_000_000;
pub(crate) const AUDIENCE: &str = "https://my-banking-api";
pub(crate) const ORIGIN: &str = "http://localhost:3000";
pub(crate) const ADA: &str = "DE89370400440532013000";
pub(crate) const BEN: &str = "GB82WEST12345698765432";
pub(crate) const ENERGY: &str = "FR1420041010050500013M02606";
/// A valid IBAN without an account.
pub(crate) const NOBODY: &str = "AT611904300234573201";
/// What Ada starts with.
pub(crate) const OPENING: i64 = 250_000;

pub(crate) struct TestBank {
    pub(crate) issuer: TestIssuer,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) bank: Bank,
    router: Router,
}

pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl TestBank {
    /// With a database that is opened once.
    pub(crate) async fn new() -> Self {
        Self::with(TestIssuer::start().await, database::temporary().await).await
    }

    /// With the database of this folder.
    pub(crate) async fn in_folder(folder: &tempfile::TempDir) -> Self {
        Self::with(TestIssuer::start().await, database::in_folder(folder).await).await
    }

    pub(crate) async fn with(issuer: TestIssuer, database: Database) -> Self {
        Self::configured(issuer, |issuer| config(issuer, database)).await
    }

    pub(crate) async fn configured(issuer: TestIssuer, config: impl FnOnce(&TestIssuer) -> Config) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let bank = Bank::open(config(&issuer), clock.clone()).await.unwrap();
        let router = bank.router();
        Self { issuer, clock, bank, router }
    }

    /// Closes the bank and opens it again on the same database.
    pub(crate) async fn reopen(self, folder: &tempfile::TempDir) -> Self {
        self.bank.close().await;
        let clock = self.clock;
        let config = config(&self.issuer, database::in_folder(folder).await);
        let bank = Bank::open(config, clock.clone()).await.unwrap();
        let router = bank.router();
        Self { issuer: self.issuer, clock, bank, router }
    }

    /// Claims of a good access token of Ada's, with an id of its own.
    pub(crate) fn claims(&self, scope: &str) -> Value {
        json!({
            "iss": self.issuer.url,
            "sub": "auth0|1001",
            "aud": [AUDIENCE, format!("{}userinfo", self.issuer.url)],
            "azp": "riser",
            "scope": format!("openid {scope}"),
            "iat": NOW,
            "exp": NOW + 7200,
            "jti": Uuid::new_v4().to_string(),
        })
    }

    /// A good access token of Ada's.
    pub(crate) fn token(&self, scope: &str) -> String {
        FIRST.token(&self.claims(scope))
    }

    /// A good access token of another customer's.
    pub(crate) fn token_of(&self, subject: &str, scope: &str) -> String {
        let mut claims = self.claims(scope);
        claims["sub"] = json!(subject);
        FIRST.token(&claims)
    }

    /// The same with a second factor, given just now.
    pub(crate) fn strong_token_of(&self, subject: &str, scope: &str) -> String {
        let mut claims = self.claims(scope);
        claims["sub"] = json!(subject);
        claims["amr"] = json!(["mfa"]);
        claims["auth_time"] = json!(NOW);
        FIRST.token(&claims)
    }

    pub(crate) fn transfer_token(&self) -> String {
        self.token("view:balance transfer:funds")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> TestResponse {
        let (method, address) = (request.method().clone(), request.uri().to_string());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        // Every response is JSON.
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        if method != Method::OPTIONS {
            openapi_check::check(&method, &address, parts.status.as_u16(), &parts.headers, Some(&body));
            assert_eq!(parts.headers["cache-control"], "no-store");
        }
        TestResponse { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, address: &str, token: &str) -> TestResponse {
        self.send(get(address, token)).await
    }

    pub(crate) async fn post(&self, token: &str, id: Uuid, order: &Value) -> TestResponse {
        self.send(post(token, id, order)).await
    }

    /// A new order with a new token.
    pub(crate) async fn order(&self, order: &Value) -> TestResponse {
        self.post(&self.transfer_token(), Uuid::new_v4(), order).await
    }

    /// Ada's balance in the ledger, which is audited too.
    pub(crate) async fn balance(&self) -> i64 {
        self.bank.ledger().audit().await.unwrap();
        assert_eq!(self.bank.ledger().postings_sum().await.unwrap(), 0);
        self.bank.ledger().balance(ADA).await.unwrap().unwrap()
    }
}

impl TestResponse {
    /// The problem's code, once its type and status were checked to be one.
    pub(crate) fn problem(&self) -> &str {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.body);
        assert_eq!(self.body["status"], self.status.as_u16());
        self.body["type"].as_str().unwrap().strip_prefix("urn:riser:problem:").unwrap()
    }

    pub(crate) fn challenge(&self) -> &str {
        self.headers["www-authenticate"].to_str().unwrap()
    }

    pub(crate) fn is_replay(&self) -> bool {
        self.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
    }
}

pub(crate) fn get(address: &str, token: &str) -> Request<Body> {
    Request::get(address).header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap()
}

pub(crate) fn post(token: &str, id: Uuid, order: &Value) -> Request<Body> {
    Request::post("/transfer")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", id.to_string())
        .body(Body::from(order.to_string()))
        .unwrap()
}

/// An order that is carried out, as long as there is money.
pub(crate) fn order_of(minor: i64) -> Value {
    json!({ "payee": BEN, "amount": { "amount": minor, "currency": "EUR" }, "reference": "Lunch" })
}

pub(crate) fn config(issuer: &TestIssuer, database: Database) -> Config {
    let account =
        |iban: &str, holder: &str, subject: Option<&str>, balance_minor, currency: &str| OpeningAccount {
            iban: iban.into(),
            holder: holder.into(),
            subject: subject.map(Into::into),
            balance_minor,
            currency: currency.into(),
        };
    Config {
        issuer: issuer.url.clone(),
        issuer_authority: None,
        jwks_uri: issuer.jwks_uri(),
        audience: AUDIENCE.into(),
        dynamic_linking: DynamicLinking::default(),
        allowed_origins: vec![ORIGIN.into()],
        database,
        opening_accounts: vec![
            account(ADA, "Ada Example", Some("auth0|1001"), OPENING, "EUR"),
            account(BEN, "Ben Example", Some("auth0|1002"), 31_075, "EUR"),
            account(ENERGY, "City Energy", None, 0, "EUR"),
            account("CH9300762011623852957", "Cora Example", Some("auth0|1003"), 10_000, "CHF"),
        ],
        history: History::default(),
        // Other tests are not limited.
        transfers_per_minute: 0,
        reads_per_minute: 0,
    }
}
