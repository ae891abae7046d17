//! The description of the API is complete: every status that it lists for an operation occurs, and (because every response in
//! every test is checked) no other does.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::issuer::KeySetResponse;
use crate::limits;
use crate::openapi_check::{DOCUMENT, path_of};
use crate::payees;
use crate::test_bank::{BEN, OPENING, TestBank, TestResponse, get, order_of, post};

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

const READS: [&str; 5] = ["/balance", "/transfers", "/transfers/{id}", "/statements", "/payees"];

const VERIFY: &str = "/payees/verify";

fn payee_requests() -> [(Method, &'static str, Value); 3] {
    const ADDRESS: &str = "/payees/GB82WEST12345698765432";
    [
        (Method::POST, VERIFY, json!({ "iban": BEN, "name": "Ben" })),
        (Method::PUT, ADDRESS, json!({ "name": "Ben" })),
        (Method::DELETE, ADDRESS, Value::Null),
    ]
}

/// Everything that takes a token for the balance.
fn requests(token: &str, id: Uuid) -> Vec<Request<Body>> {
    let reads = READS.map(|address| get(&address.replace("{id}", &id.to_string()), token));
    let of_payees =
        payee_requests().map(|(method, address, body)| payees::request(method, address, token, &body));
    reads.into_iter().chain(of_payees).collect()
}

const HEALTH: [&str; 3] = ["/livez", "/readyz", "/healthz"];

#[tokio::test]
async fn every_described_response_occurs() {
    let mut seen = Seen::default();
    let test_bank = TestBank::new().await;
    let id = Uuid::new_v4();
    let view = test_bank.strong_token_of("auth0|1001", "view:balance");
    let stranger = test_bank.strong_token_of("auth0|9999", "view:balance transfer:funds");
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

    for address in READS {
        let address = address.replace("{id}", &id.to_string());
        let get = |token: &str| get(&address, token);
        for request in [get(&view), get("x"), get(&stranger), twice(get(&view))] {
            seen.send(&test_bank, request).await;
        }
        seen.send(&test_bank, get(&test_bank.token("openid"))).await;
    }
    for (method, address, body) in payee_requests() {
        let request = |token: &str| payees::request(method.clone(), address, token, &body);
        for token in [&view, &view, "x", &stranger, &test_bank.strong_token_of("auth0|1001", "openid")] {
            seen.send(&test_bank, request(token)).await;
        }
        seen.send(&test_bank, twice(request(&view))).await;
        let no_name =
            if address == VERIFY { json!({ "iban": "x", "name": "" }) } else { json!({ "name": "" }) };
        let wrong = payees::request(method.clone(), &address.replace(BEN, "x"), &view, &no_name);
        seen.send(&test_bank, wrong).await;
        if method != Method::DELETE {
            seen.send(&test_bank, payees::request(method.clone(), address, &view, &json!({ "iban": 1 })))
                .await;
            seen.send(
                &test_bank,
                payees::request(method.clone(), address, &view, &json!("x".repeat(20_000))),
            )
            .await;
            let mut text = request(&view);
            text.headers_mut().remove("content-type");
            seen.send(&test_bank, text).await;
            tokio::time::pause();
            seen.send(&test_bank, limits::with_endless_body(request(&view))).await;
            tokio::time::resume();
        }
    }
    let strict = limits::test_bank_with_read_limit(1).await;
    let strong = strict.strong_token_of("auth0|1001", "view:balance");
    strict.get("/balance", &strong).await;
    for request in requests(&strong, id) {
        seen.send(&strict, request).await;
    }
    for address in HEALTH {
        seen.send(&test_bank, get(address, "x")).await;
    }
    let description = seen.send(&test_bank, get("/openapi.json", "x")).await;
    assert_eq!(description.body, *DOCUMENT);

    test_bank.bank.close().await;
    let all_requests = |test_bank: &TestBank| {
        let order = post(&test_bank.transfer_token(), Uuid::new_v4(), &order_of(1));
        [order].into_iter().chain(requests(&view, id))
    };
    for request in all_requests(&test_bank) {
        assert_eq!(seen.send(&test_bank, request).await.status, 500);
    }
    for (address, status) in HEALTH.into_iter().zip([200, 503, 503]) {
        assert_eq!(seen.send(&test_bank, get(address, "x")).await.status, status, "{address}");
    }

    let test_bank = TestBank::new().await;
    test_bank.issuer.respond_with(KeySetResponse::Text("no keys".into()));
    for request in all_requests(&test_bank) {
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
