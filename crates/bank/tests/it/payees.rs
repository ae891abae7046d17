//! Saved payees, and whether a name belongs to an IBAN.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::limits;
use crate::test_bank::{ADA, BEN, ENERGY, NOBODY, TestBank, TestResponse};

const VIEW: &str = "view:balance";
const ADA_SUB: &str = "auth0|1001";
const BEN_SUB: &str = "auth0|1002";

pub(crate) fn request(method: Method, address: &str, token: &str, body: &Value) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(address)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn save(test_bank: &TestBank, token: &str, iban: &str, name: &str) -> TestResponse {
    let address = format!("/payees/{iban}");
    test_bank.send(request(Method::PUT, &address, token, &json!({ "name": name }))).await
}

async fn delete(test_bank: &TestBank, iban: &str) -> TestResponse {
    let token = test_bank.token(VIEW);
    test_bank.send(request(Method::DELETE, &format!("/payees/{iban}"), &token, &Value::Null)).await
}

async fn saved(test_bank: &TestBank, subject: &str) -> Value {
    test_bank.get("/payees", &test_bank.token_of(subject, VIEW)).await.body["payees"].clone()
}

async fn verify(test_bank: &TestBank, iban: &str, name: &str) -> TestResponse {
    let body = json!({ "iban": iban, "name": name });
    test_bank.send(request(Method::POST, "/payees/verify", &test_bank.token(VIEW), &body)).await
}

#[tokio::test]
async fn are_saved_renamed_and_deleted_by_their_customer_alone() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let [ada, ben] = [ADA_SUB, BEN_SUB].map(|subject| test_bank.strong_token_of(subject, VIEW));
    assert_eq!(saved(&test_bank, ADA_SUB).await, json!([]));
    let first = save(&test_bank, &ada, "gb82%20west%201234%205698%207654%2032", " Ben ").await;
    assert_eq!((first.status.as_u16(), &first.body), (201, &json!({ "iban": BEN, "name": "Ben" })));
    assert_eq!(save(&test_bank, &ada, ENERGY, "City Energy").await.status, 201);
    assert_eq!(save(&test_bank, &ada, BEN, "Zed Example").await.status, 200);
    assert_eq!(save(&test_bank, &ben, NOBODY, "Another bank's").await.status, 201);

    let test_bank = test_bank.reopen(&folder).await;
    let all = json!([{ "iban": ENERGY, "name": "City Energy" }, { "iban": BEN, "name": "Zed Example" }]);
    assert_eq!(saved(&test_bank, ADA_SUB).await, all);
    // Twice: it is no error that there is none.
    for _ in 0..2 {
        assert_eq!(delete(&test_bank, BEN).await.status, 204);
    }
    assert_eq!(delete(&test_bank, NOBODY).await.status, 204);
    assert_eq!(saved(&test_bank, ADA_SUB).await, json!([{ "iban": ENERGY, "name": "City Energy" }]));
    assert_eq!(saved(&test_bank, BEN_SUB).await, json!([{ "iban": NOBODY, "name": "Another bank's" }]));
    assert_eq!(test_bank.balance().await, crate::test_bank::OPENING, "the books are as they were");
}

#[tokio::test]
async fn saving_takes_a_recent_second_factor() {
    let test_bank = TestBank::new().await;
    let refused = save(&test_bank, &test_bank.transfer_token(), BEN, "Ben").await;
    assert_eq!(refused.problem(), "insufficient-user-authentication");
    assert!(refused.challenge().contains("max_age=\"900\""), "{}", refused.challenge());
    let token = test_bank.strong_token_of(ADA_SUB, VIEW);
    test_bank.clock.advance(901);
    assert_eq!(save(&test_bank, &token, BEN, "Ben").await.problem(), "insufficient-user-authentication");
    assert_eq!(saved(&test_bank, ADA_SUB).await, json!([]));
}

#[tokio::test]
async fn wrong_ibans_and_names_are_refused() {
    let test_bank = TestBank::new().await;
    let token = test_bank.strong_token_of(ADA_SUB, VIEW);
    for iban in ["DE89370400440532013001", "x", "%ff", "DE"] {
        assert_eq!(save(&test_bank, &token, iban, "Ben").await.problem(), "invalid-iban", "{iban}");
        assert_eq!(delete(&test_bank, iban).await.problem(), "invalid-iban", "{iban}");
    }
    assert_eq!(verify(&test_bank, "DE89370400440532013001", "Ada").await.problem(), "invalid-iban");
    let long = "x".repeat(71);
    for name in ["", "  ", "Ben\nExample", "\u{202e}neB", &long] {
        assert_eq!(save(&test_bank, &token, BEN, name).await.problem(), "invalid-name", "{name}");
        assert_eq!(verify(&test_bank, BEN, name).await.problem(), "invalid-name", "{name}");
    }
    assert_eq!(save(&test_bank, &token, BEN, &"ü".repeat(70)).await.status, 201);
    for body in [json!({}), json!({ "name": 1 }), json!({ "name": "Ben", "iban": BEN }), json!(["Ben"])] {
        let answer = test_bank.send(request(Method::PUT, &format!("/payees/{BEN}"), &token, &body)).await;
        assert_eq!(answer.problem(), "malformed-request", "{body}");
    }
}

#[tokio::test]
async fn number_of_payees_is_limited() {
    let test_bank = TestBank::new().await;
    let token = test_bank.strong_token_of(ADA_SUB, VIEW);
    for number in 0..500 {
        assert_eq!(save(&test_bank, &token, &iban(number), "Somebody").await.status, 201);
    }
    assert_eq!(save(&test_bank, &token, BEN, "Ben").await.problem(), "too-many-payees");
    assert_eq!(save(&test_bank, &token, &iban(7), "Renamed").await.status, 200);
    assert_eq!(delete(&test_bank, &iban(7)).await.status, 204);
    assert_eq!(save(&test_bank, &token, BEN, "Ben").await.status, 201);
}

/// A German IBAN of its own for each number.
fn iban(number: u32) -> String {
    let account = format!("37040044{number:010}");
    let remainder =
        format!("{account}131400").bytes().fold(0, |sum, digit| (sum * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - remainder)
}

#[tokio::test]
async fn name_check_has_four_results_and_tells_only_a_close_name() {
    let test_bank = TestBank::new().await;
    for (iban, name, result) in [
        (BEN, "ben example", json!({ "result": "match" })),
        (BEN, "Ben Exmaple", json!({ "result": "close-match", "name": "Ben Example" })),
        (BEN, "Ada Example", json!({ "result": "no-match" })),
        (NOBODY, "Ada Example", json!({ "result": "not-possible" })),
        ("gb82 west 1234 5698 7654 32", "Example, Ben", json!({ "result": "match" })),
    ] {
        let answer = verify(&test_bank, iban, name).await;
        assert_eq!((answer.status.as_u16(), answer.body), (200, result), "{iban} {name}");
    }
}

#[tokio::test]
async fn name_checks_are_limited_apart_from_orders() {
    let test_bank = limits::test_bank(2).await;
    for _ in 0..30 {
        assert_eq!(verify(&test_bank, BEN, "Ben").await.status, 200);
    }
    assert_eq!(verify(&test_bank, BEN, "Ben").await.problem(), "too-many-requests");
    let token = test_bank.strong_token_of(ADA_SUB, VIEW);
    for _ in 0..2 {
        assert_eq!(save(&test_bank, &token, ADA, "Myself").await.status.as_u16() / 100, 2);
    }
    assert_eq!(save(&test_bank, &token, ADA, "Myself").await.problem(), "too-many-requests");
    assert_eq!(delete(&test_bank, ADA).await.problem(), "too-many-requests");
}
