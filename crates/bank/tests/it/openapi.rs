//! The description of the API is complete: every status that it lists for an operation occurs, and (because every response in
//! every test is checked) no other does.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::issuer::KeySetResponse;
use crate::limits;
use crate::openapi_check::{DOCUMENT, path_of};
use crate::test_bank::{OPENING, TestBank, TestResponse, get, order_of, post};

#[derive(Default)]
struct Seen(BTreeSet<(String, String, u16)>);

impl Seen {
    async fn send(&mut self, test_bank: &TestBank, request: Request<Body>) -> TestResponse {
        let method = request.method().as_str().to_lowercase();
        let path = path_of(request.uri().path()).unwrap().to_owned();
        let answer = test_bank.send(request).await;
        self.0.insert((path, method, answer.status.as_u16()));
        answer
    }
}

fn documented() -> BTreeSet<(String, String, u16)> {
    let mut all = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for status in operation["responses"].as_object().unwrap().keys() {
                all.insert((path.clone(), method.clone(), status.parse().unwrap()));
            }
        }
    }
    all
}

const HEALTH: [&str; 3] = ["/livez", "/readyz", "/healthz"];

#[tokio::test]
async fn every_described_response_occurs() {
    let mut seen = Seen::default();
    let test_bank = TestBank::new().await;
    let id = Uuid::new_v4();
    let view = test_bank.strong_token_of("auth0|1001", "view:balance");
    let stranger = test_bank.strong_token_of("auth0|9999", "view:balance transfer:funds");
    let transfer = format!("/transfers/{id}");
    let twice = |mut request: Request<Body>| {
        let header = request.headers()["authorization"].clone();
        request.headers_mut().append("authorization", header);
        request
    };

    seen.send(&test_bank, post(&test_bank.transfer_token(), id, &order_of(1))).await;
    seen.send(&test_bank, post(&test_bank.transfer_token(), Uuid::new_v4(), &order_of(OPENING))).await;
    seen.send(&test_bank, post(&test_bank.transfer_token(), Uuid::new_v4(), &Value::Null)).await;
    seen.send(&test_bank, post("x", id, &order_of(1))).await;
    seen.send(&test_bank, post(&view, id, &order_of(1))).await;
    seen.send(&test_bank, post(&stranger, Uuid::new_v4(), &order_of(1))).await;
    seen.send(&test_bank, post(&test_bank.transfer_token(), id, &json!("x".repeat(20_000)))).await;
    let mut text = post(&test_bank.transfer_token(), id, &order_of(1));
    text.headers_mut().remove("content-type");
    seen.send(&test_bank, text).await;

    tokio::time::pause();
    seen.send(&test_bank, limits::without_its_body(&test_bank.transfer_token(), id)).await;
    tokio::time::resume();
    let strict = limits::test_bank(1).await;
    for _ in 0..2 {
        seen.send(&strict, post(&strict.transfer_token(), Uuid::new_v4(), &order_of(1))).await;
    }

    for address in ["/balance", "/transfers", &transfer, "/statements"] {
        for request in
            [get(address, &view), get(address, "x"), get(address, &stranger), twice(get(address, &view))]
        {
            seen.send(&test_bank, request).await;
        }
        seen.send(&test_bank, get(address, &test_bank.token("openid"))).await;
    }
    let strict = limits::test_bank_with_read_limit(1).await;
    let strong = strict.strong_token_of("auth0|1001", "view:balance");
    strict.get("/balance", &strong).await;
    for address in ["/balance", "/transfers", &transfer, "/statements"] {
        seen.send(&strict, get(address, &strong)).await;
    }
    for address in HEALTH {
        seen.send(&test_bank, get(address, "x")).await;
    }
    let description = seen.send(&test_bank, get("/openapi.json", "x")).await;
    assert_eq!(description.body, *DOCUMENT);

    test_bank.bank.close().await;
    let requests = || {
        let mut requests = vec![post(&test_bank.transfer_token(), Uuid::new_v4(), &order_of(1))];
        let addresses = ["/balance", "/transfers", &transfer, "/statements"];
        requests.extend(addresses.map(|address| get(address, &view)));
        requests
    };
    for request in requests() {
        assert_eq!(seen.send(&test_bank, request).await.status, 500);
    }
    for (address, status) in HEALTH.into_iter().zip([200, 503, 503]) {
        assert_eq!(seen.send(&test_bank, get(address, "x")).await.status, status, "{address}");
    }

    let test_bank = TestBank::new().await;
    test_bank.issuer.respond_with(KeySetResponse::Text("no keys".into()));
    for request in requests() {
        assert_eq!(seen.send(&test_bank, request).await.status, 503);
    }
    assert_eq!(seen.0, documented());
}

#[test]
fn description_is_valid_openapi_3_1() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for item in DOCUMENT["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "operation ids are unique");
            assert!(operation["summary"].is_string());
            assert!(operation["security"].is_array(), "each operation says what it needs");
        }
    }
    for schema in DOCUMENT["components"]["schemas"].as_object().unwrap().values() {
        assert!(jsonschema::draft202012::meta::is_valid(schema));
    }
}
